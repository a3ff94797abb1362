using System.Text.Json;
using Queqiao.Server.Conversations.Configuring;
using Queqiao.Server.Conversations.Log;
using Queqiao.Server.Conversations.Messaging;
using Queqiao.Server.Conversations.Queueing;
using Queqiao.Server.Conversations.WrappingUp;
using Queqiao.Server.CustomFields;
using Queqiao.Server.Identity;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Clock;
using Queqiao.Server.Platform.Problems;

namespace Queqiao.Server.Conversations.Handling;

/// <summary>What agents do with a conversation as a whole: status, who looks after it.</summary>
internal static class HandlingEndpoints
{
    private const int MostReason = 500;
    private static readonly string[] Settable = [ConversationStatus.Open, ConversationStatus.Pending, ConversationStatus.Snoozed, ConversationStatus.Resolved];
    private static readonly TimeSpan LongestSnooze = TimeSpan.FromDays(366);

    public static void Map(RouteGroupBuilder conversations)
    {
        conversations.MapPost("/{id:guid}/status", SetStatus).Needs(Permissions.Reply).TakesQuery()
            .WithSummary("Open, park, snooze until a time, or resolve").Produces<ChangeAnswer>();
        conversations.MapPost("/{id:guid}/assign", Assign).Needs(Permissions.Assign).TakesQuery()
            .WithSummary("Give to an agent or a team; {\"agentId\":null} puts it back into the queue, {\"teamId\":null} takes it from its team").Produces<ChangeAnswer>();
        conversations.MapPost("/{id:guid}/transfer", Transfer).Needs(Permissions.Assign).TakesQuery()
            .WithSummary("Pass on to a team or an agent, with a note for them: both or neither").Produces<ChangeAnswer>();
    }

    internal sealed record StatusRequest(string Status, DateTimeOffset? Until = null, string? Reason = null);

    private static async Task<IResult> SetStatus(
        Guid id, StatusRequest request, Actor actor, ConversationLog log, SettingsBoard settings, ICustomFields fields, ConversationReader reader, IChannelFacts channels, WrapUpBoard wrapUps,
        TimeProvider clock, CancellationToken ct)
    {
        if (Check(request, clock.GetUtcNow()) is { } refusal)
            return refusal.ToProblem();
        var reason = string.IsNullOrWhiteSpace(request.Reason) ? null : request.Reason.Trim();
        if (request.Status == ConversationStatus.Snoozed)
            return await ConversationChange.Apply(log, actor, id, head => head.Snooze(request.Until!.Value.ToUnixTimeMilliseconds(), reason));
        if (request.Status != ConversationStatus.Resolved)
            return await ConversationChange.Apply(log, actor, id, head => head.SetStatus(request.Status, reason));

        if (await reader.Head(actor.Conversations(), id, ct) is not { } known)
            return Refusal.NotFound().ToProblem();
        if ((await wrapUps.Lacking(actor.Ws, [known], ct)).Count > 0)
            return Refusal.Conflict("wrap_up_needed").ToProblem();
        var asks = settings.Of(actor.Ws).AskRating && (await channels.Of(actor.Ws, known.ChannelId)).CanRate;
        var set = await fields.Of(actor.Ws, FieldObject.Conversation, ct);
        return await ConversationChange.Apply(log, actor, id, head => head.Resolve(reason, set, asks));
    }

    private static Refusal? Check(StatusRequest request, DateTimeOffset now)
    {
        if (!Settable.Contains(request.Status))
            return Refusal.Invalid("status", "not_one_of", string.Join(", ", Settable));
        if (request.Reason is { Length: > MostReason })
            return Refusal.Invalid("reason", "too_long", MostReason);
        if (request.Status != ConversationStatus.Snoozed)
            return request.Until is null ? null : Refusal.Invalid("until", "only_when_snoozed");
        if (request.Until is not { } until)
            return Refusal.Invalid("until", "required");
        return until <= now || until > now + LongestSnooze ? Refusal.Invalid("until", "snooze_out_of_range", (int)LongestSnooze.TotalDays) : null;
    }

    /// <param name="AgentId">Who is to hold it; null: back into the queue.</param>
    internal sealed record AssignRequest(Guid? AgentId = null)
    {
        /// <summary>Which team is to look after it; null: none. Absent: stays as it is.</summary>
        public JsonElement TeamId { get; init; }
    }

    private static async Task<IResult> Assign(Guid id, AssignRequest request, Actor actor, HandOver handOver, ConversationLog log, CancellationToken ct)
    {
        if (request.TeamId.ValueKind == JsonValueKind.Undefined && request.AgentId is null)
            return await ConversationChange.Apply(log, actor, id, head => head.AssignTo(null), Permissions.Assign);
        if (request is { TeamId.ValueKind: JsonValueKind.Null, AgentId: null })
        {
            var from = await handOver.TeamOf(actor, id, ct);
            return await ConversationChange.Apply(log, actor, id, head => head.LeaveTeam(from), Permissions.Assign);
        }
        if (!TeamOf(request.TeamId, out var team))
            return Refusal.Invalid("teamId", "invalid_id").ToProblem();
        var (decide, refusal) = await handOver.Prepare(actor, id, request.AgentId, team, ct);
        return decide is null ? refusal!.ToProblem() : await ConversationChange.Apply(log, actor, id, decide, Permissions.Assign);
    }

    private static bool TeamOf(JsonElement given, out Guid? team)
    {
        team = null;
        if (given.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null)
            return true;
        if (given.ValueKind != JsonValueKind.String || !given.TryGetGuid(out var id))
            return false;
        team = id;
        return true;
    }

    internal sealed record TransferRequest(Guid? TeamId = null, Guid? AgentId = null, string? Note = null, string? ClientId = null);

    private static async Task<IResult> Transfer(Guid id, TransferRequest request, Actor actor, HandOver handOver, ConversationLog log, Ids ids, CancellationToken ct)
    {
        if (request is { TeamId: null, AgentId: null })
            return Refusal.Invalid("agentId", "required").ToProblem();
        var note = string.IsNullOrWhiteSpace(request.Note) ? null : request.Note;
        var clientId = request.ClientId ?? "transfer-" + ids.New().ToString("N");
        if (note is not null && Sending.Check(clientId, note) is { } wrong)
            return wrong.ToProblem();
        var (decide, refusal) = await handOver.Prepare(actor, id, request.AgentId, request.TeamId, ct);
        return decide is null ? refusal!.ToProblem() : await ConversationChange.Apply(log, actor, id, head => decide(head).WithNote(note, clientId), Permissions.Assign);
    }
}

/// <summary>Looks up who a conversation is given to, so that the rule needs nobody's help.</summary>
internal sealed class HandOver(IAgents agents, ITeams teams, ConversationReader reader, HolderSight sight)
{
    public async Task<(Func<ConversationHead, Decision>? Decide, Refusal? Refusal)> Prepare(Actor actor, Guid id, Guid? agentId, Guid? teamId, CancellationToken ct)
    {
        Person? person = null;
        if (agentId is { } wanted)
        {
            if (await agents.Find(actor.Ws, wanted, ct) is not { Disabled: false, Handles: true } agent || !actor.Knows(wanted))
                return (null, Refusal.Invalid("agentId", "not_found"));
            if (!await sight.Sees(actor.Ws, wanted, id, ct))
                return (null, Refusal.Invalid("agentId", "agent_cannot_see"));
            person = new Person(agent.Id, agent.Name);
        }
        if (teamId is not { } chosen)
            return (head => head.AssignTo(person), null);
        if (await teams.Find(actor.Ws, chosen, ct) is not { } team || !actor.KnowsTeam(chosen))
            return (null, Refusal.Invalid("teamId", "not_found"));
        var members = await teams.Members(actor.Ws, chosen, ct);
        var from = await TeamOf(actor, id, ct);
        return (head => head.HandTo(new NamedTeam(team.Id, team.Name), from, person, head.AssigneeId is { } holder && members.Contains(holder)), null);
    }

    /// <summary>The team that looks after a conversation now; null when there is none, or no such conversation to be seen.</summary>
    public async Task<NamedTeam?> TeamOf(Actor actor, Guid id, CancellationToken ct) =>
        (await reader.Head(actor.Conversations(), id, ct))?.TeamId is { } team && (await teams.Names(actor.Ws, [team], ct)).TryGetValue(team, out var name)
            ? new NamedTeam(team, name)
            : null;
}
