using Queqiao.Server.Conversations.Attachments;
using Queqiao.Server.Conversations.Inbox;
using Queqiao.Server.Conversations.Live;
using Queqiao.Server.Conversations.Log;
using Queqiao.Server.Conversations.Messaging;
using Queqiao.Server.Conversations.Wire;
using Queqiao.Server.Identity;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Files;
using Queqiao.Server.Platform.Json;
using Queqiao.Server.Platform.Problems;

namespace Queqiao.Server.Conversations;

/// <summary>/api/v1/conversations, as the agents' console and programs use it.</summary>
internal static class ConversationEndpoints
{
    private static readonly string[] Settable = [ConversationStatus.Open, ConversationStatus.Pending, ConversationStatus.Resolved];

    public static void Map(IEndpointRouteBuilder app)
    {
        var conversations = app.MapGroup("/api/v1/conversations").WithTags("Conversations");
        conversations.MapGet("", List).Needs(Permissions.ReadConversations).TakesQuery("view", "status", "assignee", "channel", "sort", "limit", "cursor");
        conversations.MapGet("/counts", Counts).Needs(Permissions.ReadConversations).TakesQuery();
        conversations.MapGet("/{id:guid}", Get).Needs(Permissions.ReadConversations).TakesQuery();
        conversations.MapGet("/{id:guid}/messages", Messages).Needs(Permissions.ReadConversations).TakesQuery("after", "before", "limit");
        conversations.MapPost("/{id:guid}/messages", Send).Needs(Permissions.Reply).TakesQuery();
        conversations.MapPost("/{id:guid}/assign", Assign).Needs(Permissions.Assign).TakesQuery();
        conversations.MapPost("/{id:guid}/status", SetStatus).Needs(Permissions.Reply).TakesQuery();
        conversations.MapPost("/{id:guid}/read", Read).Needs(Permissions.Reply).TakesQuery();
    }

    /// <param name="View">mine, unassigned, all or resolved.</param>
    /// <param name="Status">One status.</param>
    /// <param name="Assignee">me, none or an agent's id.</param>
    /// <param name="Channel">A channel's id.</param>
    /// <param name="Sort">recent (default) or waiting.</param>
    /// <param name="Limit">1–100, default 50.</param>
    /// <param name="Cursor">From the page before.</param>
    internal sealed record ListQuery(string? View, string? Status, string? Assignee, Guid? Channel, string? Sort, int? Limit, string? Cursor);

    private static async Task<IResult> List([AsParameters] ListQuery query, Actor actor, InboxQueries inbox, IChannelFacts channels, CancellationToken ct)
    {
        if (ReadFilter(query, actor, out var filter) is { } refusal)
            return refusal.ToProblem();
        var limit = query.Limit ?? 50;
        if (limit is < 1 or > 100)
            return Refusal.Invalid("limit", "out_of_range", 1, 100).ToProblem();
        var from = query.Cursor is null ? null : InboxCursor.Parse(query.Cursor);
        if (query.Cursor is not null && from is null)
            return Refusal.Invalid("cursor", "invalid_id").ToProblem();
        var found = await inbox.Page(actor, filter, from, limit, ct);
        var page = found.Take(limit).ToList();
        var next = found.Count > limit ? InboxCursor.After(page[^1], filter.ByWaiting).ToString() : null;
        var facts = new List<ChannelFacts>(page.Count);
        foreach (var head in page)
            facts.Add(await channels.Of(head.Ws, head.ChannelId));
        return JsonAnswer.Object((page, facts, next), static (json, it) =>
        {
            json.WriteStartArray("items");
            for (var i = 0; i < it.page.Count; i++)
                RowWriter.Write(json, it.page[i], it.facts[i]);
            json.WriteEndArray();
            if (it.next is not null)
                json.WriteString("nextCursor", it.next);
        });
    }

    private static Refusal? ReadFilter(ListQuery query, Actor actor, out InboxFilter filter)
    {
        filter = new InboxFilter { Status = query.Status, Channel = query.Channel, ByWaiting = query.Sort == "waiting", Unassigned = query.Assignee == "none" };
        if (query.Status is not null && !ConversationStatus.All.Contains(query.Status))
            return Refusal.Invalid("status", "not_one_of", string.Join(", ", ConversationStatus.All));
        if (query.Sort is not (null or "recent" or "waiting"))
            return Refusal.Invalid("sort", "not_one_of", "recent, waiting");
        if (query.Status is { } status && !ConversationStatus.All.Contains(status))
            return Refusal.Invalid("status", "not_one_of", string.Join(", ", ConversationStatus.All));
        if (query.View is { } name)
        {
            if (InboxView.Of(name, actor.AgentId) is not { } view)
                return Refusal.Invalid("view", "not_one_of", string.Join(", ", InboxView.Names));
            filter = filter with { View = view };
        }
        if (query.Assignee is null or "none")
            return null;
        var assignee = query.Assignee == "me" ? actor.AgentId : Guid.TryParse(query.Assignee, out var id) ? id : (Guid?)null;
        filter = filter with { Assignee = assignee };
        return assignee is null ? Refusal.Invalid("assignee", "invalid_id") : null;
    }

    private static async Task<InboxCounts> Counts(Actor actor, InboxQueries inbox, CancellationToken ct) => await inbox.Counts(actor, ct);

    private static async Task<IResult> Get(Guid id, Actor actor, ConversationReader reader, IChannelFacts channels, CancellationToken ct)
    {
        if (await reader.Head(actor.Conversations(), id, ct) is not { } head)
            return Refusal.NotFound().ToProblem();
        var facts = await channels.Of(head.Ws, head.ChannelId);
        return JsonAnswer.Of((head, facts), static (json, it) => RowWriter.Write(json, it.head, it.facts));
    }

    private static async Task<IResult> Messages(Guid id, [AsParameters] PageRequest asked, Actor actor, ConversationReader reader, CancellationToken ct)
    {
        if (asked.Check() is { } refusal)
            return refusal.ToProblem();
        if (await reader.Head(actor.Conversations(), id, ct) is not { } head)
            return Refusal.NotFound().ToProblem();
        var page = await reader.Page(head, new PageOf(asked.Items, asked.After, asked.Before), ct);
        return JsonAnswer.Object((page, head), static (json, it) => ItemWriter.WritePage(json, it.page, it.head, Audience.Agents));
    }

    internal sealed record SendRequest(string ClientId, string Text = "", bool? Private = null, Guid[]? Attachments = null);

    private static async Task<IResult> Send(Guid id, SendRequest request, Actor actor, ConversationLog log, SendingFiles files)
    {
        if (Sending.Check(request.ClientId, request.Text, request.Attachments) is { } refusal)
            return refusal.ToProblem();
        var isNote = request.Private ?? false;
        var outcome = request.Attachments is { Length: > 0 } attached
            ? await files.Send(FileOwner.OfAgent(actor.Ws, actor.AgentId), attached, !isNote, (sent, reply) => Sending.ByAgent(actor, id, request.ClientId, request.Text, isNote, reply, null, sent))
            : await log.Append(reply => Sending.ByAgent(actor, id, request.ClientId, request.Text, isNote, reply, origin: null));
        return outcome is LogOutcome.Stored stored
            ? JsonAnswer.Object(stored, static (json, it) => SendAnswer.WriteMembers(json, it, forCustomer: false), StatusCodes.Status201Created)
            : ((LogOutcome.Refused)outcome).Refusal.ToProblem();
    }

    /// <param name="AgentId">Null: back into the queue.</param>
    internal sealed record AssignRequest(Guid? AgentId);

    private static async Task<IResult> Assign(Guid id, AssignRequest request, Actor actor, IAgents agents, ConversationLog log, CancellationToken ct)
    {
        Person? to = null;
        if (request.AgentId is { } agentId)
        {
            if (await agents.Find(actor.Ws, agentId, ct) is not { Disabled: false } agent || agent.Role == "viewer")
                return Refusal.Invalid("agentId", "not_found").ToProblem();
            to = new Person(agent.Id, agent.Name);
        }
        return await Change(id, head => head.AssignTo(to), actor, log);
    }

    internal sealed record StatusRequest(string Status, string? Reason = null);

    private static async Task<IResult> SetStatus(Guid id, StatusRequest request, Actor actor, ConversationLog log)
    {
        if (!Settable.Contains(request.Status))
            return Refusal.Invalid("status", "not_one_of", string.Join(", ", Settable)).ToProblem();
        if (request.Reason is { Length: > 500 })
            return Refusal.Invalid("reason", "too_long", 500).ToProblem();
        return await Change(id, head => head.SetStatus(request.Status, request.Reason), actor, log);
    }

    internal sealed record ReadRequest(long Seq);

    private static async Task<IResult> Read(Guid id, ReadRequest request, Actor actor, ConversationLog log)
    {
        var outcome = await log.Append(reply => Sending.Change(actor, id, head => head.MarkRead(SenderKind.Agent, request.Seq), reply));
        return outcome is LogOutcome.Refused refused ? refused.Refusal.ToProblem() : TypedResults.NoContent();
    }

    private static async Task<IResult> Change(Guid id, Func<ConversationHead, Decision> decide, Actor actor, ConversationLog log)
    {
        var outcome = await log.Append(reply => Sending.Change(actor, id, decide, reply));
        return outcome is LogOutcome.Stored stored
            ? JsonAnswer.Object(stored, static (json, it) => json.WriteNumber("seq", it.Seq))
            : ((LogOutcome.Refused)outcome).Refusal.ToProblem();
    }
}
