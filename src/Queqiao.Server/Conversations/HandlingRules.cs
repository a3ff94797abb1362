using Queqiao.Server.CustomFields;
using Queqiao.Server.Platform.Problems;

namespace Queqiao.Server.Conversations;

/// <summary>Rules of who looks after a conversation and when: snoozing, resolving, teams, passing on. Pure, as <see cref="ConversationRules"/>.</summary>
internal static class HandlingRules
{
    /// <summary>Puts it away until a time, or until the customer writes.</summary>
    /// <param name="until">In Unix milliseconds; the caller has seen that it is to come.</param>
    public static Decision Snooze(this ConversationHead head, long until, string? reason)
    {
        if (head.MergedInto is not null)
            return Refusal.Conflict("conversation_merged");
        return head.Status == ConversationStatus.Snoozed && head.SnoozedUntil == until
            ? Decision.Nothing
            : new StatusChanged(head.Status, ConversationStatus.Snoozed, reason, until);
    }

    /// <summary>The time has come: back to whoever holds it, or into the queue.</summary>
    public static Decision WakeUp(this ConversationHead head, long now)
    {
        if (head.Status != ConversationStatus.Snoozed || head.SnoozedUntil > now)
            return Decision.Nothing;
        return new StatusChanged(head.Status, head.AssigneeId is null ? ConversationStatus.Queued : ConversationStatus.Open, "snooze_over");
    }

    /// <param name="fields">Those of conversations: required ones must have a value.</param>
    /// <param name="askRating">Whether the workspace asks customers how it was.</param>
    public static Decision Resolve(this ConversationHead head, string? reason, FieldSet fields, bool askRating)
    {
        if (head.IsResolved)
            return Decision.Nothing;
        if (fields.Missing(head.Fields, head.PersonalFields) is { Count: > 0 } missing)
            return Refusal.Of(missing.Select(key => ("fields." + key, new FieldFault("required"))))! with { Code = "fields_required" };
        // Who never got an answer is not asked how it was.
        var ask = askRating && head.LastInSeq > 0 && head.LastOutSeq > head.RatingAskedSeq;
        return Decision.Of(new StatusChanged(head.Status, ConversationStatus.Resolved, reason), ask ? new RatingRequested() : null);
    }

    /// <summary>Gives it to a team, an agent or both; what is null stays as it is.</summary>
    /// <param name="team">The team that is to look after it.</param>
    /// <param name="agent">Who is to hold it.</param>
    /// <param name="keepsAssignee">Whether whoever holds it belongs to the team; else the team's queue gets it.</param>
    public static Decision HandTo(this ConversationHead head, NamedTeam? team, NamedTeam? from, Person? agent, bool keepsAssignee)
    {
        var assigned = agent is not null ? head.AssignTo(agent)
            : team is not null && !keepsAssignee ? head.AssignTo(null)
            : head.MergedInto is not null || head.IsResolved ? head.AssignTo(null)
            : Decision.Nothing;
        if (assigned is not Decision.Append { Entries: var entries })
            return assigned;
        return team is null || team.Id == head.TeamId ? assigned : Decision.Of([new TeamChanged(from, team), .. entries]);
    }

    /// <summary>No team is to look after it any more; who holds it keeps it.</summary>
    public static Decision LeaveTeam(this ConversationHead head, NamedTeam? from) => head.TeamId is null ? Decision.Nothing : new TeamChanged(from, null);

    /// <summary>A note for whoever takes over, and the handing over: both or neither.</summary>
    public static Decision WithNote(this Decision handing, string? note, string clientId) => handing is Decision.Append { Entries: var entries } && note is not null
        ? Decision.Of([new NotePosted(note, clientId), .. entries])
        : handing;

    /// <summary>The conversation goes on in another one; its own entries stay where they are.</summary>
    public static Decision MergeInto(this ConversationHead head, ConversationHead other)
    {
        if (head.MergedInto is not null)
            return Refusal.Conflict("conversation_merged");
        return Decision.Of(
            new MergedInto(other.Id),
            head.IsResolved ? null : new StatusChanged(head.Status, ConversationStatus.Resolved, "merged"));
    }

    public static Decision TakeIn(this ConversationHead head, ConversationHead other) =>
        head.MergedInto is not null ? Refusal.Conflict("conversation_merged") : new MergedFrom(other.Id);
}
