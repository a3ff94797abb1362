using Queqiao.Server.Contacts;
using Queqiao.Server.Platform.I18n;
using Queqiao.Server.Platform.Json;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Channels.Web;

/// <summary><c>/widget/v1/consents</c>: what a visitor agreed to. Taking it back is one request, like giving it.</summary>
internal static class VisitorConsents
{
    internal sealed record Item(string Purpose, string Text, bool Given);

    /// <param name="VisitorToken">Instead of the one they have: their answer is in it until they write.</param>
    internal sealed record Answer(OpenSession.NoticeToShow? Notice, IReadOnlyList<Item> Items, string? VisitorToken = null);

    internal sealed record Request(string? Purpose, bool? Given);

    internal sealed record Services(VisitorAccess Access, VisitorGate Gate, VisitorTokens Tokens, IConsents Consents, IStorageEngine Storage, TimeProvider Clock);

    public static async Task<IResult> Show(HttpContext context, [AsParameters] Services with, CancellationToken ct)
    {
        var (who, refusal) = await with.Access.Admit(context);
        if (who is null)
            return refusal!.ToProblem();
        return TypedResults.Ok(await Of(who, context, with, null, ct));
    }

    public static async Task<IResult> Change(TolerantBody<Request> body, HttpContext context, [AsParameters] Services with, CancellationToken ct)
    {
        var (who, refusal) = await with.Access.Admit(context);
        if (who is null)
            return refusal!.ToProblem();
        if (body.Value is not { Purpose: { } purpose, Given: { } given } || !Purposes.Optional.Contains(purpose))
            return Refusal.Invalid("purpose", "not_one_of", string.Join(", ", Purposes.Optional)).ToProblem();
        var notice = await with.Gate.NoticeFor(who.Channel, Locale.Of(context).Tag, ct);
        if (given && notice?.Purposes.ContainsKey(purpose) != true)
            return Refusal.Invalid("purpose", "consent_own_purpose", purpose).ToProblem(); // nothing can be agreed to that was not said
        var (ws, key) = (who.Channel.Ws, who.Visitor.Key);
        var now = with.Clock.GetUtcNow().ToUnixTimeMilliseconds();
        string? token = null;
        if (await with.Consents.ContactOf(ws, key.ChannelId, key.Identity, ct) is { } contact)
        {
            var line = new ConsentLine(purpose, given ? ConsentActs.Given : ConsentActs.Withdrawn, now, "widget", key.ChannelId, notice);
            await with.Storage.Run(ws, async (unit, stop) =>
            {
                await with.Consents.Record(unit, contact, [line], stop);
                return await unit.Db.SaveChangesAsync(stop);
            }, ct);
        }
        else if (notice is not null)
        {
            // They have not written yet, so nothing is stored yet: the token carries it.
            var said = who.Visitor.Papers?.Notice ?? new NoticeAnswer(notice.Hash, now, false, []);
            var papers = (who.Visitor.Papers ?? new VisitorPapers()) with
            {
                Notice = said with { At = now, Purposes = [.. said.Purposes.Except([purpose]), .. given ? [purpose] : (string[])[]] },
            };
            who = who with { Visitor = who.Visitor with { Papers = papers } };
            token = with.Tokens.Issue(who.Channel.Id, who.Visitor.Id, papers);
        }
        return TypedResults.Ok(await Of(who, context, with, token, ct));
    }

    private static async Task<Answer> Of(AdmittedVisitor who, HttpContext context, Services with, string? token, CancellationToken ct)
    {
        var notice = await with.Gate.NoticeFor(who.Channel, Locale.Of(context).Tag, ct);
        var key = who.Visitor.Key;
        var contact = await with.Consents.ContactOf(who.Channel.Ws, key.ChannelId, key.Identity, ct);
        var state = contact is { } id ? await with.Consents.StateOf(who.Channel.Ws, id, ct) : null;
        var carried = who.Visitor.Papers?.Notice?.Purposes ?? [];
        bool Given(string purpose) => state is null ? carried.Contains(purpose) : state.GetValueOrDefault(purpose);
        return new Answer(
            notice is null ? null : new OpenSession.NoticeToShow(who.Channel.Web!.Notice, notice.Hash, notice.Version, notice.Locale, notice.Text, notice.Purposes, who.Visitor.Papers?.Notice?.Hash == notice.Hash),
            [.. (notice?.Purposes ?? new Dictionary<string, string>()).Select(purpose => new Item(purpose.Key, purpose.Value, Given(purpose.Key)))], token);
    }
}
