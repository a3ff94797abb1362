namespace Queqiao.Server.Conversations.Configuring;

/// <summary>How a workspace runs its conversations. A member that is not given has its default.</summary>
internal sealed record ConversationSettings
{
    public static readonly ConversationSettings Default = new();

    /// <summary>A resolved conversation goes on when the customer writes within these hours; later a new one begins.</summary>
    public int ReopenHours { get; init; } = 72;

    /// <summary>What becomes of a blocked person's messages: <c>refuse</c> (they are told) or <c>drop</c> (they are not).</summary>
    public string BlockedMessages { get; init; } = Refuse;

    /// <summary>Whether customers are asked how it was when a conversation is resolved.</summary>
    public bool AskRating { get; init; } = true;

    /// <summary>For how many minutes an agent may change what they sent; 0: not at all.</summary>
    public int EditMinutes { get; init; } = 15;

    /// <summary>For how many minutes an agent may take back what they sent; 0: not at all.</summary>
    public int RecallMinutes { get; init; } = 15;

    /// <summary>Offered when a conversation is resolved. Empty: the console's own.</summary>
    public IReadOnlyList<string> ResolveReasons { get; init; } = [];

    /// <summary>Whether conversations of one person on several channels go to one agent.</summary>
    public bool OneAgentPerPerson { get; init; } = true;

    /// <summary>Whether pages that messages lead to are asked for their title. Off: asking tells the page that somebody reads.</summary>
    public bool LinkPreviews { get; init; }

    /// <summary>Whether messages and drafts may be translated by a machine. Off: their words leave the house for it.</summary>
    public bool Translation { get; init; }

    public const string Refuse = "refuse";
    public const string Drop = "drop";

    internal TimeSpan ReopenWithin => TimeSpan.FromHours(ReopenHours);

    internal bool DropsBlocked => BlockedMessages == Drop;
}
