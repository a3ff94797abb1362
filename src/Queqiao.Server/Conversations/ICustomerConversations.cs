using System.Text.Json;
using Queqiao.Server.Platform.Files;
using Queqiao.Server.Platform.Gateway;
using Queqiao.Server.Platform.Problems;

namespace Queqiao.Server.Conversations;

/// <summary>
/// Conversations as the customer has them: what channels ask for. A customer has one conversation at a time on a channel;
/// it is found, taken up again or begun by what they say.
/// </summary>
internal interface ICustomerConversations
{
    /// <summary>The newest conversation; null before they wrote.</summary>
    Task<CustomerConversation?> Find(Customer customer, CancellationToken ct);

    /// <summary>A page of what the customer may see of the newest conversation.</summary>
    /// <param name="customer">Whose.</param>
    /// <param name="page">Which part.</param>
    /// <param name="wait">How long to wait for something new when nothing came after <see cref="PageRequest.After"/>.</param>
    /// <param name="ct">Cancels.</param>
    Task<CustomerPage> Page(Customer customer, PageRequest page, TimeSpan wait, CancellationToken ct);

    /// <summary>Stores a message. The same <paramref name="clientId"/> again gives the first answer again.</summary>
    Task<CustomerAnswer> Say(Customer customer, string? clientId, string? text, IReadOnlyList<Guid>? attachments = null, long? replyTo = null);

    /// <summary>The customer as somebody who uploads files.</summary>
    FileOwner Owner(Customer customer);

    /// <summary>Those of these files that the customer may have: what they uploaded themselves, and what was sent to them in the newest conversation.</summary>
    Task<IReadOnlyList<FileView>> Files(Customer customer, IReadOnlyList<Guid> ids, CancellationToken ct);

    /// <summary>Notes that the customer has seen everything up to a seq. Null: done.</summary>
    Task<Refusal?> MarkRead(Customer customer, long upTo);

    /// <summary>Notes how the customer found it. Null: done.</summary>
    /// <param name="score">1 to 5.</param>
    Task<Refusal?> Rate(Customer customer, int? score, string? comment);

    /// <summary>Notes whether what the bot said was of use. Null: done.</summary>
    /// <param name="of">Seq of what it said.</param>
    Task<Refusal?> RateBot(Customer customer, long of, bool helpful, string? reason);

    /// <summary>What was said in the newest conversation, as a file to keep.</summary>
    Task<IResult> Transcript(Customer customer, string? format, string? timeZone, HttpContext context, CancellationToken ct);

    /// <summary>Tells whoever watches that the customer is writing.</summary>
    Task Typing(Customer customer, bool on, CancellationToken ct);

    /// <summary>Whether the customer has the chat open somewhere, on any node.</summary>
    Task<bool> IsConnected(Customer customer, Guid conversation, CancellationToken ct);

    /// <summary>A live connection of the customer: greeted, and brought up to date from what it says that it has.</summary>
    ValueTask<IGatewayParty> Enter(Customer customer, ClientFrame hello, GatewayConnection connection, CancellationToken ct);
}

/// <summary>A customer on a channel of a workspace.</summary>
internal sealed record Customer(int Ws, CustomerKey Key);

/// <param name="Id">Of the conversation.</param>
/// <param name="Seq">Of the last entry that the customer can see.</param>
/// <param name="Unread">Messages that they have not seen.</param>
internal sealed record CustomerConversation(Guid Id, long Seq, int Unread);

/// <summary>Part of a conversation, in the customer's numbering.</summary>
/// <param name="Conversation">Null before they wrote.</param>
/// <param name="WriteMembers">Writes <c>items</c> and <c>hasMore</c> (docs/gateway.md "Items").</param>
internal sealed record CustomerPage(CustomerConversation? Conversation, Action<Utf8JsonWriter> WriteMembers);

/// <summary>What became of a message.</summary>
internal abstract record CustomerAnswer
{
    /// <summary>It is on disk.</summary>
    public sealed record Stored(Guid ConversationId, string Id, long Seq, long Prev, DateTimeOffset At) : CustomerAnswer;

    public sealed record Refused(Refusal Refusal) : CustomerAnswer;
}
