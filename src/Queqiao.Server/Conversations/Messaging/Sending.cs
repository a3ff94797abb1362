using Queqiao.Server.Conversations.Log;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Files;
using Queqiao.Server.Platform.Problems;

namespace Queqiao.Server.Conversations.Messaging;

/// <summary>What a send must look like, and the command it becomes. The same for REST and sockets.</summary>
internal static class Sending
{
    private const int MostClientId = 64;

    /// <summary>Null when the text, the clientId and the files' ids may be stored; a message with files needs no words.</summary>
    public static Refusal? Check(string? clientId, string? text, IReadOnlyList<Guid>? attachments = null)
    {
        if (string.IsNullOrEmpty(clientId) || clientId.Length > MostClientId || !clientId.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_'))
            return Refusal.Invalid("clientId", "invalid_id");
        if (attachments is { Count: > FileLimits.MostInMessage })
            return Refusal.Invalid("attachments", "too_many_files", FileLimits.MostInMessage);
        if (attachments is not null && attachments.Distinct().Count() != attachments.Count)
            return Refusal.Invalid("attachments", "file_unknown");
        return CheckText(text, mayBeBlank: attachments is { Count: > 0 });
    }

    /// <summary>Null when the text may be stored.</summary>
    public static Refusal? CheckText(string? text, bool mayBeBlank = false)
    {
        if (string.IsNullOrWhiteSpace(text) && !mayBeBlank)
            return Refusal.Invalid("text", "required");
        return text?.Length > ConversationRules.MostText
            ? new Refusal(StatusCodes.Status400BadRequest, "message_too_long", ConversationRules.MostText)
            : null;
    }

    /// <summary>What text is written in: nothing or <c>plain</c>, as it stands there; <c>markdown</c>, with marks.</summary>
    public static Refusal? CheckFormat(string? format) => format is null or Plain or Markdown ? null : Refusal.Invalid("format", "not_one_of", $"{Plain}, {Markdown}");

    public const string Plain = "plain";
    public const string Markdown = "markdown";

    /// <summary>Words and marks of what somebody wrote.</summary>
    public static (string Text, string? Markdown) Read(string text, string? format) => format == Markdown ? FormattedText.Split(text) : (text, null);

    /// <summary>An agent's message or note.</summary>
    public static LogCommand ByAgent(Actor actor, Guid conversation, Outgoing said, ILogReply reply, object? origin)
    {
        var (clientId, text) = (said.ClientId, said.Text);
        var person = new Person(actor.AgentId, actor.Name);
        return new LogCommand
        {
            Ws = actor.Ws,
            ConversationId = conversation,
            Scope = actor.Conversations(),
            Handling = actor.Conversations(Permissions.Reply),
            Key = LogCommand.KeyOf(actor.Ws, $"agent:{actor.AgentId}", clientId),
            By = new Sender(SenderKind.Agent, actor.AgentId, actor.Name),
            Decide = said.IsNote
                ? head => As(said, head.AddNote(text, clientId, said.Files, said.Mentions))
                : head => head.Unseen(said.Seen, actor.AgentId) is { } newer ? newer
                    : As(said, said.Reopens ? head.AgentSaysLater(text, clientId, person, said.Files, said.ReplyTo)
                        : head.AgentSays(text, clientId, person, said.Files, said.ReplyTo, said.Card)),
            Reply = reply,
            Origin = origin,
        };
    }

    /// <summary>What is said, with its marks.</summary>
    public static Decision Marked(Decision decision, string? markdown) => markdown is null || decision is not Decision.Append append ? decision
        : Decision.Of(append.Entries.Select(entry => entry is MessagePosted message ? message with { Markdown = markdown } : entry));

    private static Decision As(Outgoing said, Decision decision) => said is { Template: null, Markdown: null } || decision is not Decision.Append append ? decision
        : Decision.Of(append.Entries.Select(entry => entry switch
        {
            MessagePosted message => message with { Template = said.Template, Markdown = said.Markdown },
            NotePosted note => note with { Markdown = said.Markdown },
            _ => entry,
        }));

    /// <summary>A change of the conversation by an agent.</summary>
    /// <param name="permission">By which right: roles may let somebody see more than they may change.</param>
    public static LogCommand Change(
        Actor actor, Guid conversation, Func<ConversationHead, Decision> decide, ILogReply reply, object? origin = null, string permission = Permissions.Reply) => new()
    {
        Ws = actor.Ws,
        ConversationId = conversation,
        Scope = actor.Conversations(),
        Handling = actor.Conversations(permission),
        By = new Sender(SenderKind.Agent, actor.AgentId, actor.Name),
        Decide = decide,
        Reply = reply,
        Origin = origin,
    };
}

/// <summary>What an agent sends.</summary>
/// <param name="ReplyTo">Seq of the message it answers.</param>
internal sealed record Outgoing(string ClientId, string Text, bool IsNote = false, long? ReplyTo = null)
{
    /// <summary>Colleagues who are named in a note.</summary>
    public IReadOnlyList<Person> Mentions { get; init; } = [];

    /// <summary>Files that go with it; null when there are none.</summary>
    public IReadOnlyList<SentFile>? Files { get; init; }

    public MessageCard? Card { get; init; }

    /// <summary>The text with its marks; null: it has none.</summary>
    public string? Markdown { get; init; }

    /// <summary>An approved template of the platform: it may be sent when nothing else may.</summary>
    public SentTemplate? Template { get; init; }

    /// <summary>Seq of the last entry that the writer had seen: what came since is refused, so that they look first. Null: whatever came.</summary>
    public long? Seen { get; init; }

    /// <summary>A resolved conversation is opened again by it: it was written for later.</summary>
    public bool Reopens { get; init; }
}
