using System.Text.RegularExpressions;
using Queqiao.Server.Conversations.Messaging;
using Queqiao.Server.Identity;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Clock;
using Queqiao.Server.Platform.I18n;
using Queqiao.Server.Platform.Problems;

namespace Queqiao.Server.Conversations.Scheduling;

/// <summary>Messages that are sent later: whoever may reply sees, changes and gives up what colleagues have left for later.</summary>
internal static partial class ScheduleEndpoints
{
    public static void Map(RouteGroupBuilder conversations)
    {
        conversations.MapGet("/{id:guid}/scheduled", List).Needs(Permissions.ReadConversations).TakesQuery()
            .WithSummary("Messages that will be sent later, and those that could not be").Produces<ScheduledList>();
        conversations.MapPost("/{id:guid}/scheduled", Add).Needs(Permissions.Reply).TakesQuery()
            .WithSummary("Send a message later; what refuses a message then refuses it").Produces<ScheduledAnswer>(StatusCodes.Status201Created);
        conversations.MapPatch("/{id:guid}/scheduled/{message:guid}", Change).Needs(Permissions.Reply).TakesQuery()
            .WithSummary("Another text or another time; what could not be sent waits again").Produces<ScheduledAnswer>();
        conversations.MapDelete("/{id:guid}/scheduled/{message:guid}", Cancel).Needs(Permissions.Reply).TakesQuery()
            .WithSummary("Do not send it").Produces(StatusCodes.Status204NoContent);
    }

    internal sealed record By(Guid Id, string? Name);

    /// <param name="State">waiting, failed or skipped.</param>
    /// <param name="Reason">Code of why it was not sent.</param>
    internal sealed record ScheduledAnswer(Guid Id, DateTimeOffset At, string State, string Text, IReadOnlyList<Guid> Attachments, long? ReplyTo, bool UnlessReplied, string? Reason, string? ReasonText, By By, string? Format = null);

    internal sealed record ScheduledList(IReadOnlyList<ScheduledAnswer> Items);

    private static async Task<IResult> List(Guid id, Actor actor, HttpContext context, ConversationReader reader, Schedule schedule, IAgents agents, CancellationToken ct)
    {
        if (await reader.Head(actor.Conversations(), id, ct) is null)
            return Refusal.NotFound().ToProblem();
        var answers = new List<ScheduledAnswer>();
        foreach (var one in await schedule.Of(actor.Ws, id, ct))
            answers.Add(await Answer(one, actor, context, agents, ct));
        return TypedResults.Ok(new ScheduledList(answers));
    }

    /// <param name="At">When to send it.</param>
    /// <param name="Attachments">Ids of files that were uploaded before.</param>
    /// <param name="UnlessReplied">Not when the customer writes first.</param>
    internal sealed record AddRequest(DateTimeOffset At, string Text = "", Guid[]? Attachments = null, long? ReplyTo = null, bool UnlessReplied = false, string? Format = null);

    private static async Task<IResult> Add(
        Guid id, AddRequest request, Actor actor, HttpContext context, ConversationReader reader, Schedule schedule, IAgents agents, Ids ids, CancellationToken ct)
    {
        if ((Sending.Check("later", request.Text, request.Attachments) ?? Sending.CheckFormat(request.Format) ?? CheckTime(request.At, ids)) is { } refusal)
            return refusal.ToProblem();
        if (await reader.Head(actor.Conversations(Permissions.Reply), id, ct) is not { } head)
            return (await reader.Head(actor.Conversations(), id, ct) is null ? Refusal.NotFound() : Refusal.Forbidden()).ToProblem();
        if (head.MergedInto is not null)
            return Refusal.Conflict("conversation_merged").ToProblem();
        if (request.ReplyTo > head.Seq)
            return Refusal.Invalid("replyTo", "invalid_id").ToProblem();
        var body = new ScheduledBody(request.Text, request.Attachments is { Length: > 0 } files ? files : null, request.ReplyTo, Kept(request.Format));
        var (added, no) = await schedule.Add(actor, head, body, request.At.ToUnixTimeMilliseconds(), request.UnlessReplied ? head.Seq : null, ct);
        if (no is not null)
            return no.ToProblem();
        var answer = await Answer((await schedule.Find(actor.Ws, added, ct))!.Value, actor, context, agents, ct);
        return TypedResults.Created($"/api/v1/conversations/{id}/scheduled/{added}", answer);
    }

    /// <param name="Format">Of the text; without it the text is read as the one before was.</param>
    internal sealed record ChangeRequest(DateTimeOffset? At = null, string? Text = null, string? Format = null);

    private static async Task<IResult> Change(
        Guid id, Guid message, ChangeRequest request, Actor actor, HttpContext context, ConversationReader reader, Schedule schedule, IAgents agents, Ids ids, CancellationToken ct)
    {
        if (await reader.Head(actor.Conversations(Permissions.Reply), id, ct) is not { } head || await schedule.Find(actor.Ws, message, ct) is not var (row, body) || row.ConversationId != id)
            return Refusal.NotFound().ToProblem();
        if (request.Text is { } words && HoldsMasks(words, ShownTo(actor, body), body.Text))
            return Refusal.Invalid("text", "value_is_masked").ToProblem(); // what is shown starred out is not what was written
        var next = body with { Text = request.Text ?? body.Text, Format = request.Text is null ? body.Format : Kept(request.Format ?? body.Format) };
        if ((Sending.CheckText(next.Text, mayBeBlank: next.Files is { Count: > 0 }) ?? Sending.CheckFormat(request.Format) ?? (request.At is { } wanted ? CheckTime(wanted, ids) : null)) is { } refusal)
            return refusal.ToProblem();
        var at = request.At?.ToUnixTimeMilliseconds() ?? Math.Max(row.SendAt, ids.Now());
        if (!await schedule.Change(actor, head, row, next, at, ct))
            return Refusal.Conflict("scheduled_gone").ToProblem();
        return TypedResults.Ok(await Answer((await schedule.Find(actor.Ws, message, ct))!.Value, actor, context, agents, ct));
    }

    private static string ShownTo(Actor actor, ScheduledBody body) => Masks.At(actor.Rights.Fields.Messages, body.Text, static text => Masks.Text(text)) ?? "";

    /// <summary>Plain is what nothing says.</summary>
    private static string? Kept(string? format) => format == Sending.Plain ? null : format;

    /// <summary>Whether a text holds something that was shown starred out: what stands before or behind the stars was taken along. Stars of the text itself are bold type.</summary>
    internal static bool HoldsMasks(string text, string shown, string written) => shown != written
        && Starred().Matches(shown).SelectMany(mask => new[] { mask.Groups[1].Value + mask.Groups[2].Value, mask.Groups[2].Value + mask.Groups[3].Value })
            .Any(mask => !written.Contains(mask, StringComparison.Ordinal) && text.Contains(mask, StringComparison.Ordinal));

    [GeneratedRegex(@"([0-9A-Za-z@_.+-]{0,3})(\*{2,})([0-9A-Za-z@_.+-]{0,4})", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Starred();

    private static async Task<IResult> Cancel(Guid id, Guid message, Actor actor, ConversationReader reader, Schedule schedule, CancellationToken ct)
    {
        if (await reader.Head(actor.Conversations(Permissions.Reply), id, ct) is null || await schedule.Find(actor.Ws, message, ct) is not var (row, _) || row.ConversationId != id)
            return Refusal.NotFound().ToProblem();
        return await schedule.Cancel(actor.Ws, id, message, ct) ? TypedResults.NoContent() : Refusal.Conflict("scheduled_gone").ToProblem();
    }

    private static Refusal? CheckTime(DateTimeOffset at, Ids ids)
    {
        var ahead = at.ToUnixTimeMilliseconds() - ids.Now();
        return ahead <= 0 || ahead > Schedule.Furthest.TotalMilliseconds ? Refusal.Invalid("at", "scheduled_out_of_range", (int)Schedule.Furthest.TotalDays) : null;
    }

    private static async Task<ScheduledAnswer> Answer((ScheduledRow Row, ScheduledBody Body) one, Actor actor, HttpContext context, IAgents agents, CancellationToken ct)
    {
        var (row, body) = one;
        var words = ShownTo(actor, body);
        return new ScheduledAnswer(
            row.Id, DateTimeOffset.FromUnixTimeMilliseconds(row.SendAt), row.State, words, body.Files ?? [], body.ReplyTo, row.UnlessAfter is not null,
            row.Reason, row.Reason is { } code ? Messages.Text(Locale.Of(context), code, "", "") : null, new By(row.AgentId, (await agents.Find(actor.Ws, row.AgentId, ct))?.Name), body.Format);
    }
}
