using Queqiao.Server.Conversations.Configuring;
using Queqiao.Server.Conversations.Labelling;
using Queqiao.Server.Conversations.WrappingUp;
using Queqiao.Server.CustomFields;
using Queqiao.Server.Identity;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Problems;

namespace Queqiao.Server.Conversations.Bulk;

/// <summary>Turns an action into the same rules that the routes for one conversation ask, with everything they need looked up before.</summary>
internal sealed class BulkActs(IAgents agents, IRights rights, ITeams teams, TagDirectory tags, SettingsBoard settings, ICustomFields fields, IChannelFacts channels, WrapUpBoard wrapUps)
{
    /// <summary>Who acts, as they are now; null when they no longer work here.</summary>
    public async Task<Actor?> ActorOf(int ws, Guid agent, CancellationToken ct) =>
        await agents.Find(ws, agent, ct) is { Disabled: false } found && await rights.Of(ws, agent, ct) is { } own
            ? new Actor(ws, default, found.Id, found.Name, "", found.Role, "") { Rights = own.Whole } // hours and addresses held when it was begun
            : null;

    /// <param name="page">The conversations as they were a moment ago.</param>
    public async Task<(Func<ConversationHead, Decision>? Decide, Refusal? Refusal)> Prepare(Actor actor, BulkAction action, IReadOnlyList<ConversationHead> page, CancellationToken ct) => action.Type switch
    {
        BulkAction.Assign => await Assign(actor, action, page, ct),
        BulkAction.SetStatus => (await SetStatus(actor, action, page, ct), null),
        BulkAction.Tags => await ChangeTags(actor, action, ct),
        _ => (head => head.SetPriority(action.Priority!), null),
    };

    /// <summary>Names for putting conversations back.</summary>
    public async Task<BulkNames> Names(int ws, IReadOnlyCollection<BulkBefore> before, IReadOnlyCollection<ConversationHead> now, CancellationToken ct)
    {
        var people = new Dictionary<Guid, Person>();
        foreach (var id in before.Select(one => one.AssigneeId).OfType<Guid>().Distinct())
        {
            if (await agents.Find(ws, id, ct) is { Disabled: false } agent)
                people[id] = new Person(id, agent.Name);
        }
        var named = await teams.Names(ws, [.. before.Select(one => one.TeamId).Concat(now.Select(head => head.TeamId)).OfType<Guid>().Distinct()], ct);
        var known = await tags.Of(ws, ct);
        return new BulkNames(
            id => id is { } agent ? people.GetValueOrDefault(agent) : null,
            id => id is { } team && named.TryGetValue(team, out var name) ? new NamedTeam(team, name) : null,
            id => known.GetValueOrDefault(id)?.Name ?? "");
    }

    private async Task<(Func<ConversationHead, Decision>?, Refusal?)> Assign(Actor actor, BulkAction action, IReadOnlyList<ConversationHead> page, CancellationToken ct)
    {
        Person? person = null;
        if (action.AgentId is { } wanted)
        {
            if (await agents.Find(actor.Ws, wanted, ct) is not { Disabled: false, Handles: true } agent || !actor.Knows(wanted))
                return (null, Refusal.Invalid("action.agentId", "not_found"));
            person = new Person(agent.Id, agent.Name);
        }
        if (action.TeamId is not { } chosen)
            return (head => head.AssignTo(person), null);
        if (await teams.Find(actor.Ws, chosen, ct) is not { } team || !actor.KnowsTeam(chosen))
            return (null, Refusal.Invalid("action.teamId", "not_found"));
        var members = await teams.Members(actor.Ws, chosen, ct);
        var names = await teams.Names(actor.Ws, [.. page.Select(head => head.TeamId).OfType<Guid>().Distinct()], ct);
        return (head => head.HandTo(
            new NamedTeam(team.Id, team.Name), head.TeamId is { } before && names.TryGetValue(before, out var name) ? new NamedTeam(before, name) : null,
            person, head.AssigneeId is { } holder && members.Contains(holder)), null);
    }

    private async Task<Func<ConversationHead, Decision>> SetStatus(Actor actor, BulkAction action, IReadOnlyList<ConversationHead> page, CancellationToken ct)
    {
        var reason = string.IsNullOrWhiteSpace(action.Reason) ? null : action.Reason.Trim();
        if (action.Status == ConversationStatus.Snoozed)
            return head => head.Snooze(action.Until!.Value.ToUnixTimeMilliseconds(), reason);
        if (action.Status != ConversationStatus.Resolved)
            return head => head.SetStatus(action.Status!, reason);
        var set = await fields.Of(actor.Ws, FieldObject.Conversation, ct);
        var asking = new HashSet<Guid>();
        if (settings.Of(actor.Ws).AskRating)
        {
            foreach (var channel in page.Select(head => head.ChannelId).Where(id => id != default).Distinct())
            {
                if ((await channels.Of(actor.Ws, channel)).CanRate)
                    asking.Add(channel);
            }
        }
        var lacking = await wrapUps.Lacking(actor.Ws, page, ct);
        return head => lacking.Contains(head.Id) ? Refusal.Conflict("wrap_up_needed") : head.Resolve(reason, set, asking.Contains(head.ChannelId));
    }

    private async Task<(Func<ConversationHead, Decision>?, Refusal?)> ChangeTags(Actor actor, BulkAction action, CancellationToken ct)
    {
        var known = await tags.Of(actor.Ws, ct);
        var add = new List<Tagged>();
        foreach (var id in action.Add ?? [])
        {
            if (!known.TryGetValue(id, out var tag))
                return (null, Refusal.Invalid("action.add", "not_found"));
            if (tag.Archived)
                return (null, Refusal.Invalid("action.add", "tag_archived", tag.Name));
            add.Add(new Tagged(id, tag.Name));
        }
        var remove = (action.Remove ?? []).Where(known.ContainsKey).Select(id => new Untagged(id, known[id].Name)).ToList();
        return (head => head.ChangeTags(add, remove), null);
    }
}
