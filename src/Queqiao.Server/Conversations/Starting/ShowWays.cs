using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Contacts;
using Queqiao.Server.Conversations.Messaging;
using Queqiao.Server.Conversations.Sealing;
using Queqiao.Server.Conversations.Wire;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Conversations.Starting;

/// <summary><c>GET /api/v1/conversations/{id}/ways</c>: by which other channels this customer can be answered, newest first.</summary>
internal static class ShowWays
{
    private const int MostLooked = 200;

    /// <param name="ContactId">With whom a conversation is begun there (<see cref="StartConversation"/>).</param>
    /// <param name="ConversationId">What is still going on there; null: a new one begins.</param>
    /// <param name="CanSend">Whether that channel's rules let us write now.</param>
    /// <param name="Reason">Why not: <c>window_closed</c>, <c>channel_off</c>.</param>
    public sealed record Way(Guid ChannelId, string Kind, string Name, Guid ContactId, Guid? ConversationId, bool CanSend, string? Reason, DateTimeOffset? Until)
    {
        /// <summary>Messages that may still be sent; null: any number.</summary>
        public int? Remaining { get; init; }

        /// <summary>Letters of one message; longer texts go as several.</summary>
        public int? MostText { get; init; }

        /// <summary>What is left when the window is closed.</summary>
        public string? After { get; init; }

        /// <summary>Marks of a formatted text that its customers see (docs/formatted-text.md); null where it is plain text.</summary>
        public IReadOnlyList<string>? Shows { get; init; }
    }

    public sealed record Ways(IReadOnlyList<Way> Items);

    public static async Task<IResult> Handle(
        Guid id, Actor actor, IContacts contacts, ConversationReader reader, ConversationSeals seals, IStorageEngine storage, IChannelFacts channels, ReplyBudgets budgets, CancellationToken ct)
    {
        if (await reader.Head(actor.Conversations(), id, ct) is not { ErasedAt: null } head)
            return Refusal.NotFound().ToProblem();
        var person = await contacts.PersonOf(actor.Ws, head.ContactId, ct);
        Guid[] parts = [.. person?.Contacts ?? [head.ContactId]];
        await using var db = storage.Read(actor.Ws);
        var others = await seals.Heads(db.Visible(actor.Conversations())
            .Where(other => parts.Contains(other.ContactId) && other.ChannelId != head.ChannelId && other.MergedInto == null && other.ErasedAt == null)
            .OrderByDescending(other => other.LastActivityAt).ThenByDescending(other => other.Id).Take(MostLooked), ct);
        var ways = new List<Way>();
        foreach (var channel in others.Where(other => actor.MayUseChannel(other.ChannelId)).GroupBy(other => other.ChannelId))
        {
            var open = channel.FirstOrDefault(other => other.Status != ConversationStatus.Resolved);
            var newest = open ?? channel.First();
            var (facts, budget) = (await channels.Of(actor.Ws, channel.Key), budgets.Of(newest));
            ways.Add(new Way(channel.Key, facts.Kind, facts.Name, newest.ContactId, open?.Id, budget.CanSend, budget.Reason, budget.Until is { } until ? DateTimeOffset.FromUnixTimeMilliseconds(until) : null)
            {
                Remaining = budget.Remaining, MostText = budget.MostText, After = budget.After, Shows = facts.Shows == Marks.None ? null : [.. RowWriter.NamesOf(facts.Shows)],
            });
        }
        return TypedResults.Ok(new Ways(ways));
    }
}
