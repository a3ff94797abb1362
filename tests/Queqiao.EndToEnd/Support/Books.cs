using Queqiao.Server.Conversations;

namespace Queqiao.EndToEnd.Support;

/// <summary>A message as it was found.</summary>
internal sealed record Said(string ClientId, Guid Conversation, long Seq, string Text)
{
    public static Said From(LogEntry entry, MessagePosted message) => new(message.ClientId, entry.ConversationId, entry.Seq, message.Text);
}

/// <summary>Compares what was promised with what is there.</summary>
internal static class Books
{
    public static List<string> Compare(IReadOnlyList<Promise> promises, IReadOnlyList<Said> there)
    {
        var wrong = new List<string>();
        var byId = there.ToLookup(said => said.ClientId);
        foreach (var promise in promises)
        {
            var found = byId[promise.ClientId].ToList();
            if (found.Count == 0)
                wrong.Add($"lost {promise}");
            else if (found.Count > 1)
                wrong.Add($"doubled {promise}");
            else if (Book.HashOf(found[0].Text) != promise.Hash)
                wrong.Add($"altered {promise}: {found[0].Text}");
            else if ((found[0].Conversation, found[0].Seq) != (promise.Conversation, promise.Seq))
                wrong.Add($"moved {promise}: {found[0]}");
        }
        foreach (var sender in promises.GroupBy(promise => (promise.Sender, promise.Conversation)))
        {
            var order = sender.OrderBy(promise => promise.Number).Select(promise => byId[promise.ClientId].FirstOrDefault()?.Seq ?? 0).Where(seq => seq > 0).ToList();
            if (!order.SequenceEqual(order.Order()))
                wrong.Add($"reordered {sender.Key}");
        }
        wrong.AddRange(byId.Where(group => group.Count() > 1 && promises.All(promise => promise.ClientId != group.Key)).Select(group => $"doubled unacknowledged {group.Key}"));
        return wrong;
    }
}
