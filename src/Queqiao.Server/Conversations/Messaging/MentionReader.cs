using Queqiao.Server.Identity;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Problems;

namespace Queqiao.Server.Conversations.Messaging;

/// <summary>Finds the colleagues that a note names.</summary>
internal sealed class MentionReader(IAgents agents)
{
    private const int Most = 20;

    public async ValueTask<(IReadOnlyList<Person> People, Refusal? Refusal)> Read(Actor actor, IReadOnlyList<Guid>? named, bool isNote, CancellationToken ct)
    {
        if (named is null or { Count: 0 })
            return ([], null);
        if (!isNote)
            return ([], Refusal.Invalid("mentions", "mentions_in_notes_only"));
        if (named.Count > Most)
            return ([], Refusal.Invalid("mentions", "too_many", Most));
        var people = new List<Person>();
        foreach (var id in named.Distinct())
        {
            if (!actor.Knows(id) || await agents.Find(actor.Ws, id, ct) is not { Disabled: false } agent)
                return ([], Refusal.Invalid("mentions", "not_found"));
            people.Add(new Person(agent.Id, agent.Name));
        }
        return (people, null);
    }
}
