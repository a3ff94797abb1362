using Queqiao.Server.Conversations;
using Queqiao.Server.Conversations.Live;
using Queqiao.Server.Platform.Gateway;

namespace Queqiao.Server.Channels.Web;

/// <summary>Waits until a visitor's conversation has something new, or the time is over.</summary>
internal static class LongPoll
{
    public static async Task<ConversationHead?> Wait(VisitorServices services, AdmittedVisitor who, long after, TimeSpan time, CancellationToken ct)
    {
        var bell = new Bell();
        var subscription = new Subscription(bell, conversationId: null, seen: 0);
        services.Hub.Add(who.Channel.Ws, who.Visitor.Key, subscription);
        try
        {
            // Once more, now that nothing can be missed: it may have come between the first look and the subscription.
            var head = await services.Reader.HeadOf(who.Channel.Ws, who.Visitor.Key, ct);
            if (head is not null && head.PublicSeq > after)
                return head;
            await Task.WhenAny(bell.Rung, Task.Delay(time, services.Clock, ct));
            ct.ThrowIfCancellationRequested();
            return await services.Reader.HeadOf(who.Channel.Ws, who.Visitor.Key, ct);
        }
        finally
        {
            services.Hub.Remove(who.Channel.Ws, who.Visitor.Key, subscription);
        }
    }

    private sealed class Bell : GatewayConnection
    {
        private readonly TaskCompletionSource _rung = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Rung => _rung.Task;

        protected override ValueTask Write(ReadOnlyMemory<byte> frame)
        {
            _rung.TrySetResult();
            return ValueTask.CompletedTask;
        }

        protected override ValueTask WriteClose(CloseReason reason) => ValueTask.CompletedTask;

        protected override void Abort()
        {
            // nothing to drop: the request itself waits
        }
    }
}
