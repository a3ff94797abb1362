using Queqiao.Server.Conversations.Inbox;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Gateway;

namespace Queqiao.Server.Conversations.Live;

/// <summary>One console that follows one list. What changed waits here, the newest head of each conversation, until the next frame.</summary>
internal sealed class ListWatch(Actor actor, InboxView view, GatewayConnection connection)
{
    /// <summary>Rows in one frame; the rest waits for the next. A console cannot show more in a fifth of a second.</summary>
    public const int MostRows = 50;

    private readonly Scope<ConversationHead> _scope = actor.Conversations();
    private readonly Dictionary<Guid, Change> _pending = [];

    public Actor Actor => actor;

    public InboxView View => view;

    public GatewayConnection Connection => connection;

    /// <summary>The counts last sent; null: never.</summary>
    public InboxCounts? Counts { get; set; }

    /// <summary>Whether a conversation came or went since the counts were made.</summary>
    public bool CountsAreOld { get; set; } = true;

    /// <summary>The counts of saved views last sent; null: never.</summary>
    public IReadOnlyDictionary<Guid, int>? ViewCounts { get; set; }

    /// <summary>Whether something moved since <see cref="ViewCounts"/> were made. They are made at most once a second: each is a question of its own.</summary>
    public bool ViewsAreOld { get; set; } = true;

    /// <summary>Beats until they may be made again.</summary>
    public int ViewsRest { get; set; }

    public bool ViewsAreDue => ViewsAreOld && ViewsRest <= 0;

    public bool HasPending => _pending.Count > 0;

    /// <summary>Notes a change; what is not in the list and was not is nothing to this console.</summary>
    public void Note(Change change)
    {
        var wasIn = change.Before.Any(past => change.IsExact ? Holds(past) : _scope.Allows(past));
        CountsAreOld |= change.Moved;
        ViewsAreOld |= change.Moved;
        if (Holds(change.Head) || wasIn || _pending.ContainsKey(change.Head.Id))
            _pending[change.Head.Id] = change;
    }

    public bool Holds(ConversationHead head) => _scope.Allows(head) && view.Holds(head);

    /// <summary>Takes what one frame may carry.</summary>
    public (List<ConversationHead> Rows, List<ConversationHead> Gone) Take()
    {
        var rows = new List<ConversationHead>();
        var gone = new List<ConversationHead>();
        foreach (var (id, change) in _pending.Take(MostRows).ToArray())
        {
            (Holds(change.Head) ? rows : gone).Add(change.Head);
            _pending.Remove(id);
        }
        return (rows, gone);
    }
}

/// <param name="Head">As it is now.</param>
/// <param name="Before">As it was before its place changed (<see cref="ConversationHead.Place"/>); empty when it did not. Says whose list it leaves, and that they could see it.</param>
/// <param name="Moved">Whether it may have come into or left a list.</param>
/// <param name="IsExact">False: which lists it was in is not known, only who saw it (another node changed it).</param>
internal readonly record struct Change(ConversationHead Head, IReadOnlyList<ConversationHead> Before, bool Moved, bool IsExact = true);
