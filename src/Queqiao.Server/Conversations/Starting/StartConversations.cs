using Queqiao.Server.Conversations.Log;
using Queqiao.Server.Conversations.Messaging;
using Queqiao.Server.Platform.Access;

namespace Queqiao.Server.Conversations.Starting;

/// <summary>An agent writes first: what is still going on with this person on this channel goes on, what is resolved stays so.</summary>
internal sealed class StartConversations(ConversationLog log) : IStartConversations
{
    public async Task<StartOutcome> Start(Actor actor, CustomerKey who, FirstWords words)
    {
        if (Sending.Check(words.ClientId, words.Text) is { } refusal)
            return new StartOutcome(default, 0, refusal);
        return await Append(log, actor, who, words) switch
        {
            LogOutcome.Stored stored => new StartOutcome(stored.ConversationId, stored.Seq),
            LogOutcome.Refused refused => new StartOutcome(default, 0, refused.Refusal),
            _ => throw new InvalidOperationException("An outcome is stored or refused."),
        };
    }

    public static Task<LogOutcome> Append(ConversationLog log, Actor actor, CustomerKey who, FirstWords words)
    {
        var agent = new Person(actor.AgentId, actor.Name);
        return log.Append(reply => new LogCommand
        {
            Ws = actor.Ws,
            Customer = who,
            Begins = true,
            ReopenWithin = TimeSpan.FromMilliseconds(-1), // what is resolved stays so
            Scope = actor.Conversations(),
            Handling = actor.Conversations(Permissions.Reply),
            Key = LogCommand.KeyOf(actor.Ws, $"agent:{actor.AgentId}", words.ClientId),
            By = new Sender(SenderKind.Agent, actor.AgentId, actor.Name),
            Decide = head => Sending.Marked(head.AgentStarts(words.Text, words.ClientId, agent, words.Subject), words.Markdown),
            Reply = reply,
        });
    }
}
