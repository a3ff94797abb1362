using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Channels.Storage;
using Queqiao.Server.Contacts;
using Queqiao.Server.Identity;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Channels.Configuring;

/// <summary><c>/api/v1/channels/{id}/notices</c>: what a channel tells people before it stores anything about them.</summary>
internal static class NoticeEndpoints
{
    public const int MostText = 4_000;
    public const int MostSentence = 300;
    private static readonly IReadOnlyList<string> Locales = ["zh-CN", "en"];

    public static void Map(IEndpointRouteBuilder app)
    {
        var notices = app.MapGroup("/api/v1/channels/{id:guid}/notices").WithTags("Channels");
        notices.MapGet("", List).Needs(Permissions.ReadChannels).TakesQuery().WithSummary("Every version of the channel's privacy notice, newest first").Produces<Rows>();
        notices.MapPost("", Publish).Needs(Permissions.ManageChannels).TakesQuery().WithSummary("Publish a version; the same text again changes nothing").Produces<Row>(StatusCodes.Status201Created);
    }

    /// <param name="Locale">zh-CN or en.</param>
    /// <param name="Text">Who, why, what, how long, which rights.</param>
    /// <param name="Purposes">A sentence for each purpose that is asked for by itself; all are off until the visitor switches them on.</param>
    internal sealed record Request(string Locale, string Text, IReadOnlyDictionary<string, string>? Purposes = null);

    internal sealed record Row(string Locale, int Version, string Hash, string Text, IReadOnlyDictionary<string, string> Purposes, bool Current, DateTimeOffset CreatedAt);

    internal sealed record Rows(IReadOnlyList<Row> Items);

    private static async Task<IResult> List(Guid id, Actor actor, IConsents consents, IStorageEngine storage, CancellationToken ct)
    {
        await using (var db = storage.Read(actor.Ws))
        {
            if (!await db.Table<Channel>().AnyAsync(channel => channel.Ws == actor.Ws && channel.Id == id, ct))
                return Refusal.NotFound().ToProblem();
        }
        var all = await consents.History(actor.Ws, id, ct);
        return TypedResults.Ok(new Rows([.. all.Select(notice => RowOf(notice, all.Where(one => one.Locale == notice.Locale).Max(one => one.Version) == notice.Version))]));
    }

    private static async Task<IResult> Publish(Guid id, Request request, Actor actor, IConsents consents, IStorageEngine storage, HttpContext context, CancellationToken ct)
    {
        if (Refusal.Of(Check(request)) is { } invalid)
            return invalid.ToProblem();
        var published = await storage.Run(actor.Ws, async (unit, stop) =>
        {
            if (!await unit.Db.Table<Channel>().AnyAsync(channel => channel.Ws == actor.Ws && channel.Id == id && channel.Kind == ChannelKinds.Web, stop))
                return ((Notice Notice, bool IsNew)?)null;
            var purposes = (request.Purposes ?? new Dictionary<string, string>()).ToDictionary(one => one.Key, one => one.Value.Trim(), StringComparer.Ordinal);
            var (notice, isNew) = await consents.Publish(unit, new NoticeDraft(id, request.Locale, request.Text.Trim(), purposes), actor.AgentId, stop);
            if (isNew)
                await Audit.Record(unit, AuditBy.Agent(actor, context), "notice.published", "channel", id.ToString(), new { notice.Locale, notice.Version, notice.Hash }, stop);
            return (notice, isNew);
        }, ct);
        return published is not { } done ? Refusal.NotFound().ToProblem()
            : done.IsNew ? TypedResults.Created((string?)null, RowOf(done.Notice, true)) : TypedResults.Ok(RowOf(done.Notice, true));
    }

    private static IEnumerable<(string Field, FieldFault Fault)> Check(Request request)
    {
        if (!Locales.Contains(request.Locale))
            yield return ("locale", new("not_one_of", string.Join(", ", Locales)));
        if (Wrong(request.Text, MostText) is { } text)
            yield return ("text", text);
        foreach (var (purpose, sentence) in request.Purposes ?? new Dictionary<string, string>())
        {
            // One switch, one purpose: what is not on this list, or says two at once, cannot be asked for.
            if (!Purposes.Optional.Contains(purpose))
                yield return ("purposes." + purpose, new("not_one_of", string.Join(", ", Purposes.Optional)));
            else if (Wrong(sentence, MostSentence) is { } wrong)
                yield return ("purposes." + purpose, wrong);
        }
    }

    private static FieldFault? Wrong(string text, int most) =>
        string.IsNullOrWhiteSpace(text) ? new("required")
        : text.Trim().Length > most ? new("too_long", most)
        : text.Any(letter => char.IsControl(letter) && letter is not ('\n' or '\r' or '\t')) ? new("control_characters") : null;

    private static Row RowOf(Notice notice, bool current) =>
        new(notice.Locale, notice.Version, notice.Hash, notice.Text, notice.Purposes, current, DateTimeOffset.FromUnixTimeMilliseconds(notice.CreatedAt));
}
