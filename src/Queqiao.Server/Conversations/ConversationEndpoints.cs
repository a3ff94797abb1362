using Queqiao.Server.Conversations.Bulk;
using Queqiao.Server.Conversations.Attachments;
using Queqiao.Server.Conversations.Drafting;
using Queqiao.Server.Conversations.Handling;
using Queqiao.Server.Conversations.Inbox;
using Queqiao.Server.Conversations.Labelling;
using Queqiao.Server.Conversations.Live;
using Queqiao.Server.Conversations.LinkPreviews;
using Queqiao.Server.Conversations.Log;
using Queqiao.Server.Conversations.Merging;
using Queqiao.Server.Conversations.Messaging;
using Queqiao.Server.Conversations.Scheduling;
using Queqiao.Server.Conversations.Starting;
using Queqiao.Server.Conversations.Revealing;
using Queqiao.Server.Conversations.Transcripts;
using Queqiao.Server.Conversations.Wire;
using Queqiao.Server.Conversations.Translating;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Files;
using Queqiao.Server.Platform.Idempotency;
using Queqiao.Server.Platform.Json;
using Queqiao.Server.Platform.Problems;

namespace Queqiao.Server.Conversations;

/// <summary>/api/v1/conversations, as the agents' console and programs use it.</summary>
internal static class ConversationEndpoints
{
    public static void Map(IEndpointRouteBuilder app)
    {
        var conversations = app.MapGroup("/api/v1/conversations").WithTags("Conversations");
        conversations.MapGet("", ListConversations.Handle).Needs(Permissions.ReadConversations).TakesQuery(ListConversations.Parameters)
            .WithSummary("A page of conversations; every filter takes several values between commas, custom fields as field.KEY=");
        conversations.MapGet("/counts", ListConversations.Counts).Needs(Permissions.ReadConversations).TakesQuery()
            .WithSummary("How many conversations each view holds, saved views too").Produces<ListConversations.CountsAnswer>();
        conversations.MapGet("/{id:guid}", Get).Needs(Permissions.ReadConversations).TakesQuery().WithSummary("One conversation");
        conversations.MapGet("/{id:guid}/messages", Messages).Needs(Permissions.ReadConversations).TakesQuery("after", "before", "at", "limit")
            .WithSummary("A page of its log in the order of seq: after one, before one, from an instant on, or the newest");
        conversations.MapPost("/{id:guid}/messages", Send).Needs(Permissions.Reply).TakesQuery().HasKeyOfItsOwn()
            .WithSummary("Send a message or, with private, a note; the same clientId gives the first answer again");
        conversations.MapPost("/{id:guid}/messages/{seq:long}/reveal", RevealMessage.Handle).Needs(Permissions.ReadConversations).NeedsPerson().TakesQuery()
            .WithSummary("A message without its stars, for a reason that is written down");
        conversations.MapPost("/{id:guid}/translations", TranslateWords.Handle).Needs(Permissions.Reply).TakesQuery()
            .WithSummary("A message in the reader's language, or a draft in the customer's, by a machine; only where translation is on").Produces<TranslateWords.Answer>();
        conversations.MapGet("/{id:guid}/messages/{seq:long}/links", ShowLinks.Handle).Needs(Permissions.ReadConversations).TakesQuery()
            .WithSummary("What the pages say that a message leads to; nothing unless linkPreviews is on").Produces<ShowLinks.Answer>();
        conversations.MapPatch("/{id:guid}/messages/{seq:long}", Edit).Needs(Permissions.Reply).TakesQuery()
            .WithSummary("Another text for a message or note of one's own").Produces<ChangeAnswer>();
        conversations.MapDelete("/{id:guid}/messages/{seq:long}", Recall).Needs(Permissions.Reply).TakesQuery()
            .WithSummary("Take a message or note of one's own back").Produces<ChangeAnswer>();
        conversations.MapPut("/{id:guid}/messages/{seq:long}/reaction", React.Put).Needs(Permissions.Reply).TakesQuery()
            .WithSummary("Put a sign to a message on the customer's platform; another one takes its place").Produces<ChangeAnswer>();
        conversations.MapDelete("/{id:guid}/messages/{seq:long}/reaction", React.Delete).Needs(Permissions.Reply).TakesQuery()
            .WithSummary("Take our sign off a message again").Produces<ChangeAnswer>();
        conversations.MapPost("/{id:guid}/read", Read).Needs(Permissions.Reply).TakesQuery()
            .WithSummary("One has seen everything up to a seq, and where one was named").Produces(StatusCodes.Status204NoContent);
        conversations.MapGet("/{id:guid}/ways", ShowWays.Handle).Needs(Permissions.Reply).TakesQuery()
            .WithSummary("By which other channels this customer can be answered").Produces<ShowWays.Ways>();
        conversations.MapPost("", StartConversation.Handle).Needs(Permissions.Reply).TakesQuery()
            .WithSummary("Write first to somebody who has written on this channel before");
        conversations.MapPost("/{id:guid}/merge", MergeConversations.Handle).Needs(Permissions.Assign).TakesQuery()
            .WithSummary("Let it go on in another conversation of the same person; both logs stay where they are").Produces<ChangeAnswer>();
        conversations.MapGet("/{id:guid}/transcript", ShowTranscript.Handle).Needs(Permissions.ReadConversations).TakesQuery(ShowTranscript.Parameters)
            .WithSummary("What the customer can see of it, as text, HTML or JSON; never a note");
        DraftEndpoints.Map(conversations);
        ScheduleEndpoints.Map(conversations);
        HandlingEndpoints.Map(conversations);
        BulkEndpoints.Map(conversations);
        LabelEndpoints.Map(conversations);
    }

    private static async Task<IResult> Get(Guid id, Actor actor, ConversationReader reader, RowFactsSource source, ReplyBudgets budgets, CancellationToken ct)
    {
        if (await reader.Head(actor.Conversations(), id, ct) is not { } head)
            return Refusal.NotFound().ToProblem();
        var facts = await source.Of(head, ct) with { Reply = budgets.Of(head) };
        return JsonAnswer.Of((head: head.For(actor.Rights.Fields), facts), static (json, it) => RowWriter.Write(json, it.head, it.facts));
    }

    private static async Task<IResult> Messages(Guid id, [AsParameters] PageRequest asked, DateTimeOffset? at, Actor actor, ConversationReader reader, CancellationToken ct)
    {
        if (at is not null && (asked.After ?? asked.Before) is not null)
            return Refusal.Invalid("at", "validation").ToProblem();
        if (asked.Check() is { } refusal)
            return refusal.ToProblem();
        if (await reader.Head(actor.Conversations(), id, ct) is not { } head)
            return Refusal.NotFound().ToProblem();
        var after = at is { } instant ? await reader.SeqBefore(head, instant.ToUnixTimeMilliseconds(), ct) : asked.After;
        var page = await reader.Page(head, new PageOf(asked.Items, after, asked.Before), ct);
        return JsonAnswer.Object((page: page.For(actor.Rights.Fields), head: head.For(actor.Rights.Fields)), static (json, it) => ItemWriter.WritePage(json, it.page, it.head, Audience.Agents));
    }

    /// <param name="Private">A note among colleagues.</param>
    /// <param name="Attachments">Ids of files that were uploaded before.</param>
    /// <param name="ReplyTo">Seq of the message it answers.</param>
    /// <param name="Mentions">Ids of colleagues that a note names.</param>
    /// <param name="Card">An article or order; without a text, the card in words becomes the text.</param>
    /// <param name="Template">An approved template of the platform; it may be sent when the reply window is closed.</param>
    /// <param name="Seen">Seq of the last entry that the writer saw; 409 newer_message when somebody else has written since.</param>
    /// <param name="Format"><c>markdown</c>: the text has marks (docs/formatted-text.md); else it is taken as it stands there.</param>
    internal sealed record SendRequest(
        string ClientId, string Text = "", bool? Private = null, Guid[]? Attachments = null, long? ReplyTo = null, IReadOnlyList<Guid>? Mentions = null, MessageCard? Card = null, long? Seen = null, SentTemplate? Template = null, string? Format = null);

    private static async Task<IResult> Send(Guid id, SendRequest request, Actor actor, ConversationLog log, SendingFiles files, MentionReader mentions, CancellationToken ct)
    {
        var isNote = request.Private ?? false;
        if (request.Template is { } template && (isNote || template.Name.Length is 0 or > 512 || template.Language.Length > 20 || template.Values.Count > 30 || template.Values.Any(value => value.Length > 1024)))
            return Refusal.Invalid("template", "invalid_template").ToProblem();
        if (CheckCard(request.Card, isNote) is { } wrong)
            return wrong.ToProblem();
        var text = request.Card is { } card && string.IsNullOrWhiteSpace(request.Text) ? card.ToText()
            : request.Template is { } filled && string.IsNullOrWhiteSpace(request.Text) ? $"[{filled.Name}] {string.Join(" · ", filled.Values)}" : request.Text;
        if ((Sending.Check(request.ClientId, text, request.Attachments) ?? Sending.CheckFormat(request.Format)) is { } refusal)
            return refusal.ToProblem();
        var (people, unknown) = await mentions.Read(actor, request.Mentions, isNote, ct);
        if (unknown is not null)
            return unknown.ToProblem();
        var (plain, markdown) = Sending.Read(text, request.Format);
        var said = new Outgoing(request.ClientId, plain, isNote, request.ReplyTo) { Markdown = markdown, Mentions = people, Card = request.Card, Seen = request.Seen, Template = request.Template };
        var outcome = request.Attachments is { Length: > 0 } attached
            ? await files.Send(FileOwner.OfAgent(actor.Ws, actor.AgentId), attached, !isNote, (sent, reply) => Sending.ByAgent(actor, id, said with { Files = sent }, reply, null))
            : await log.Append(reply => Sending.ByAgent(actor, id, said, reply, origin: null));
        return outcome is LogOutcome.Stored stored
            ? JsonAnswer.Object(stored, static (json, it) => SendAnswer.WriteMembers(json, it, forCustomer: false), StatusCodes.Status201Created)
            : ((LogOutcome.Refused)outcome).Refusal.ToProblem();
    }

    private static Refusal? CheckCard(MessageCard? card, bool isNote) =>
        card is null ? null : isNote ? Refusal.Invalid("card", "card_in_note") : card.Check();

    internal sealed record EditRequest(string Text, string? Format = null);

    private static async Task<IResult> Edit(
        Guid id, long seq, EditRequest request, Actor actor, ConversationReader reader, WordLimitsSource limits, ConversationLog log, CancellationToken ct)
    {
        if ((Sending.CheckText(request.Text) ?? Sending.CheckFormat(request.Format)) is { } refusal)
            return refusal.ToProblem();
        var (plain, markdown) = Sending.Read(request.Text, request.Format);
        return await Revise(id, seq, actor, reader, limits, log, (head, said, may) => IsStarred(said, request.Text, actor)
            ? new Decision.Refuse(Refusal.Invalid("text", "value_is_masked")) // what is shown starred out is not what was said
            : head.Edit(said, plain, may, markdown), ct);
    }

    private static bool IsStarred(LogEntry said, string text, Actor actor) =>
        text.Contains('*', StringComparison.Ordinal) && TextOf(said.For(actor.Rights.Fields)) != TextOf(said);

    private static string? TextOf(LogEntry entry) => entry.Body switch
    {
        MessagePosted message => message.Text,
        NotePosted note => note.Text,
        _ => null,
    };

    private static async Task<IResult> Recall(
        Guid id, long seq, Actor actor, ConversationReader reader, WordLimitsSource limits, ConversationLog log, SendingFiles files, CancellationToken ct)
    {
        LogEntry? recalled = null;
        var answer = await Revise(id, seq, actor, reader, limits, log, (head, said, may) => head.Recall(recalled = said, may), ct);
        if (answer is not ProblemResult && recalled is not null)
            await files.Withdraw(recalled);
        return answer;
    }

    private static async Task<IResult> Revise(
        Guid id, long seq, Actor actor, ConversationReader reader, WordLimitsSource limits, ConversationLog log,
        Func<ConversationHead, LogEntry, WordLimits, Decision> rule, CancellationToken ct)
    {
        if (await reader.Head(actor.Conversations(), id, ct) is not { } head || await reader.Entry(head, seq, ct) is not { } said)
            return Refusal.NotFound().ToProblem();
        var may = await limits.Of(actor, head);
        return await ConversationChange.Apply(log, actor, id, now => rule(now, said, may));
    }

    internal sealed record ReadRequest(long Seq);

    private static async Task<IResult> Read(Guid id, ReadRequest request, Actor actor, ConversationLog log)
    {
        var outcome = await log.Append(reply => Sending.Change(actor, id, head => head.MarkRead(SenderKind.Agent, request.Seq, actor.AgentId), reply, permission: Permissions.ReadConversations));
        return outcome is LogOutcome.Refused refused ? refused.Refusal.ToProblem() : TypedResults.NoContent();
    }
}
