namespace Queqiao.Server.Conversations.Relaying;

/// <summary>How a conversation may have been before the last entries: whose lists it leaves follows from that.</summary>
/// <param name="Heads">The possibilities; none when it began with these entries.</param>
/// <param name="IsExact">False: in which lists it was cannot be said (a field, a rating was overwritten); only who could see it.</param>
internal sealed record HeadPast(IReadOnlyList<ConversationHead> Heads, bool IsExact)
{
    /// <summary>Takes entries back, last first. What an entry does not say of the past is offered both ways.</summary>
    public static HeadPast Of(ConversationHead now, IReadOnlyList<LogEntry> entries)
    {
        if (entries.Any(entry => entry.Seq == 1))
            return new HeadPast([], IsExact: true);
        var (before, exact, unread) = (now, true, false);
        HashSet<Guid> mentioned = [];
        foreach (var entry in entries.Reverse())
        {
            before = entry.Body switch
            {
                StatusChanged status => before with { Status = status.From },
                AssigneeChanged assignee => before with { AssigneeId = assignee.From?.Id },
                TeamChanged team => before with { TeamId = team.From?.Id },
                PriorityChanged priority => before with { Priority = priority.From },
                Tagged tag => before with { Tags = IdSet.Without(before.Tags, tag.Id) },
                Untagged tag => before with { Tags = IdSet.With(before.Tags, tag.Id) },
                MentionsSeen when entry.Sender.Id is { } agent => before with { UnseenMentions = IdSet.With(before.UnseenMentions, agent) },
                _ => before,
            };
            unread |= entry.Body is MessagePosted or ReadMarked or ContactErased;
            exact &= entry.Body is not (FieldsChanged or Rated or RatingRequested or UnreadableEntry);
            if (entry.Body is Mentioned mention)
                mentioned.Add(mention.AgentId);
        }
        List<ConversationHead> heads = [before];
        if (mentioned.Count > 0) // they may have been named before, and by that have seen it already
        {
            heads.Add(mentioned.Aggregate(before, static (head, agent) => head with
            {
                Mentioned = IdSet.Without(head.Mentioned, agent), UnseenMentions = IdSet.Without(head.UnseenMentions, agent),
            }));
        }
        if (unread)
            heads = [.. heads.SelectMany(static head => new[] { head with { Unread = 0 }, head with { Unread = 1 } })];
        return new HeadPast(heads, exact);
    }
}
