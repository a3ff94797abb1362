using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Json;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Search;
using Queqiao.Text.Searching;

namespace Queqiao.Server.Conversations.Search;

/// <summary>Which of the conversations that somebody may see they want to look through.</summary>
internal sealed record SearchFilter
{
    private string? Status { get; init; }
    private bool Unassigned { get; init; }
    private Guid? Assignee { get; init; }
    private Guid? Channel { get; init; }
    private long? From { get; init; }
    private long? To { get; init; }
    private bool Notes { get; init; } = true;

    /// <summary>Null when it can be meant.</summary>
    public static Refusal? Read(SearchEndpoints.Asked asked, Actor actor, out SearchFilter filter)
    {
        filter = new SearchFilter { Status = asked.Status, Channel = asked.Channel, Unassigned = asked.Assignee == "none", Notes = asked.Notes ?? true };
        if (asked.Status is not null && !ConversationStatus.All.Contains(asked.Status))
            return Refusal.Invalid("status", "not_one_of", string.Join(", ", ConversationStatus.All));
        if (asked.Assignee is not (null or "none"))
        {
            Guid? assignee = asked.Assignee == "me" ? actor.AgentId : Guid.TryParse(asked.Assignee, out var id) ? id : null;
            if (assignee is null)
                return Refusal.Invalid("assignee", "invalid_id");
            filter = filter with { Assignee = assignee };
        }
        if (Instant(asked.From, out var from) is false)
            return Refusal.Invalid("from", "invalid_time");
        if (Instant(asked.To, out var to) is false)
            return Refusal.Invalid("to", "invalid_time");
        filter = filter with { From = from, To = to };
        return null;
    }

    public TextsAsked Of(Actor actor, SearchQuery query) => new(actor.Conversations(), query, Narrow)
    {
        Fields = actor.Rights.Fields,
        From = From,
        To = To,
        Kinds = Notes ? [TextKind.Message, TextKind.Subject, TextKind.Note] : [TextKind.Message, TextKind.Subject],
    };

    private IQueryable<ConversationHead> Narrow(IQueryable<ConversationHead> rows)
    {
        if (Status is { } status)
            rows = rows.Where(head => head.Status == status);
        if (Unassigned)
            rows = rows.Where(head => head.AssigneeId == null);
        if (Assignee is { } assignee)
            rows = rows.Where(head => head.AssigneeId == assignee);
        if (Channel is { } channel)
            rows = rows.Where(head => head.ChannelId == channel);
        return rows;
    }

    private static bool Instant(string? text, out long? at)
    {
        at = null;
        if (text is null)
            return true;
        if (!WireTime.TryParse(text, out var found))
            return false;
        at = found;
        return true;
    }
}
