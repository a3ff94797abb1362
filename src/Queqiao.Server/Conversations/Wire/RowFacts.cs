using Queqiao.Server.Conversations.Labelling;
using Queqiao.Server.Identity;

namespace Queqiao.Server.Conversations.Wire;

/// <summary>What a row shows beside the head: names that may change.</summary>
internal sealed record RowFacts(ChannelFacts Channel, IReadOnlyList<TagAnswer> Tags, NamedTeam? Team)
{
    /// <summary>What may still be sent; only where one conversation is asked for.</summary>
    public ReplyBudget? Reply { get; init; }
}

/// <summary>What may still be sent now; without channels of other platforms always everything.</summary>
internal sealed class ReplyBudgets(TimeProvider clock, IReplyGate? gate = null)
{
    public ReplyBudget Of(ConversationHead head) => gate?.Budget(head, clock.GetUtcNow().ToUnixTimeMilliseconds()) ?? ReplyBudget.Open;
}

internal sealed class RowFactsSource(IChannelFacts channels, TagDirectory tags, ITeams teams)
{
    private static readonly IReadOnlyList<TagAnswer> NoTags = [];

    public async ValueTask<RowFacts> Of(ConversationHead head, CancellationToken ct)
    {
        var channel = await channels.Of(head.Ws, head.ChannelId);
        NamedTeam? team = null;
        if (head.TeamId is { } id)
            team = new NamedTeam(id, (await teams.Names(head.Ws, [id], ct)).GetValueOrDefault(id, ""));
        return new RowFacts(channel, await TagsOf(head, ct), team);
    }

    private async ValueTask<IReadOnlyList<TagAnswer>> TagsOf(ConversationHead head, CancellationToken ct)
    {
        if (head.Tags is null)
            return NoTags;
        var known = await tags.Of(head.Ws, ct);
        return [.. IdSet.Of(head.Tags).Select(id => known.GetValueOrDefault(id)).OfType<TagAnswer>()];
    }
}
