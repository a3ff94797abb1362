using Microsoft.EntityFrameworkCore;
using Queqiao.Channels;
using Queqiao.Mail;
using Queqiao.Server.Channels.Email.Receiving;
using Queqiao.Server.Channels.Email.Storage;
using Queqiao.Server.Identity;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.I18n;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Storage;
using Refusal = Queqiao.Server.Platform.Problems.Refusal;

namespace Queqiao.Server.Channels.Email.Showing;

/// <summary>How a mailbox is, and mails that are in no conversation.</summary>
internal static class MailboxEndpoints
{
    private const int Most = 100;

    public static void Map(IEndpointRouteBuilder app)
    {
        var mailbox = app.MapGroup("/api/v1/channels/{id:guid}/mailbox").WithTags("Channels");
        mailbox.MapGet("", Show).Needs(Permissions.ManageChannels).TakesQuery().WithSummary("How a mailbox is, and mails that could not be taken in or were left out; newest first, 100 at most").Produces<Answer>();
        mailbox.MapPost("/fetch", Fetch).Needs(Permissions.ManageChannels).TakesQuery().WithSummary("Look for new mails now").Produces<Answer>();
        mailbox.MapPost("/mails/{mail:guid}/retry", Retry).Needs(Permissions.ManageChannels).TakesQuery().WithSummary("Try to take a mail in once more").Produces(StatusCodes.Status204NoContent);
        mailbox.MapDelete("/mails/{mail:guid}", Discard).Needs(Permissions.ManageChannels).TakesQuery().WithSummary("Give a mail up that could not be taken in").Produces(StatusCodes.Status204NoContent);
    }

    /// <param name="Trouble">A code; null: all is well.</param>
    /// <param name="Reason">The same in words.</param>
    public sealed record Answer(DateTimeOffset? CheckedAt, string? Trouble, string? Reason, DateTimeOffset? TroubleAt, IReadOnlyList<MailRow> Items);

    /// <param name="State">waiting, held or left.</param>
    /// <param name="Reason">A code.</param>
    public sealed record MailRow(Guid Id, string State, string? Reason, DateTimeOffset ReceivedAt, int Size, int Tries, string? From, string? Subject);

    private static async Task<IResult> Show(Guid id, Actor actor, IChannels channels, MailArrivals arrivals, IStorageEngine storage, HttpContext context, CancellationToken ct)
    {
        if (await channels.Find(id, ct) is not { Kind: EmailKind.Name } channel || channel.Ws != actor.Ws)
            return Refusal.NotFound().ToProblem();
        await using var db = storage.Read(actor.Ws);
        var box = await db.Table<MailBox>().AsNoTracking().SingleOrDefaultAsync(row => row.Ws == actor.Ws && row.ChannelId == id, ct);
        var rows = await db.Visible(Scope<MailArrival>.Workspace(actor.Ws)).AsNoTracking().Where(mail => mail.ChannelId == id).OrderByDescending(mail => mail.Id).Take(Most).ToListAsync(ct);
        var clear = actor.Rights.Fields.IsClear;
        return TypedResults.Ok(new Answer(At(box?.CheckedAt), box?.Trouble, Words(box?.Trouble, context), At(box?.TroubleAt), [.. rows.Select(row => Of(row, clear ? arrivals : null))]));
    }

    private static MailRow Of(MailArrival row, MailArrivals? arrivals)
    {
        var head = arrivals is null ? null : MailMessage.Read(Head(arrivals.Open(row)));
        return new MailRow(row.Id, row.State, row.Reason, At(row.ReceivedAt)!.Value, row.Size, row.Tries, head?.From?.ToString(), head?.Subject);
    }

    /// <summary>The head is enough to name a mail that nobody could read.</summary>
    private static byte[] Head(byte[] mail) => mail.Length <= 64 << 10 ? mail : mail[..(64 << 10)];

    private static async Task<IResult> Fetch(Guid id, Actor actor, IChannels channels, MailFetcher fetcher, MailArrivals arrivals, IStorageEngine storage, HttpContext context, CancellationToken ct)
    {
        if (await channels.Find(id, ct) is not { Kind: EmailKind.Name } channel || channel.Ws != actor.Ws)
            return Refusal.NotFound().ToProblem();
        await fetcher.Fetch(id, ct);
        return await Show(id, actor, channels, arrivals, storage, context, ct);
    }

    private static Task<IResult> Retry(Guid id, Guid mail, Actor actor, MailArrivals arrivals, IStorageEngine storage, HttpContext context, CancellationToken ct) =>
        Act(id, mail, "channel.mail_retried", actor, storage, context, (unit, stop) => arrivals.Again(unit, mail, stop), ct);

    private static Task<IResult> Discard(Guid id, Guid mail, Actor actor, IStorageEngine storage, HttpContext context, CancellationToken ct) => Act(id, mail, "channel.mail_discarded", actor, storage, context,
        (unit, stop) => unit.Db.Visible(Scope<MailArrival>.Workspace(unit.Ws)).Where(row => row.Id == mail).ExecuteDeleteAsync(stop), ct);

    private static async Task<IResult> Act(Guid id, Guid mail, string deed, Actor actor, IStorageEngine storage, HttpContext context, Func<WriteUnit, CancellationToken, Task<int>> act, CancellationToken ct)
    {
        var done = await storage.Run(actor.Ws, async (unit, stop) =>
        {
            if (!await unit.Db.Visible(Scope<MailArrival>.Workspace(actor.Ws)).AnyAsync(row => row.Id == mail && row.ChannelId == id, stop) || await act(unit, stop) == 0)
                return false;
            await Audit.Record(unit, AuditBy.Agent(actor, context), deed, "channel", id.ToString(), new { mail }, stop);
            return true;
        }, ct);
        return done ? TypedResults.NoContent() : Refusal.NotFound().ToProblem();
    }

    private static string? Words(string? trouble, HttpContext context) => trouble is null ? null : MailTroubles.InWords(trouble).In(Locale.Of(context).Tag);

    private static DateTimeOffset? At(long? ms) => ms is { } at ? DateTimeOffset.FromUnixTimeMilliseconds(at) : null;
}
