using Queqiao.Channels;
using Queqiao.Server.Channels.Kinds;

namespace Queqiao.Server.Channels.Receiving.Connections;

/// <summary>Asks a platform that answers when there is something, or after a while.</summary>
internal sealed class LongPolls(PullBook book, IChannelIntake intake, AdapterServices services, TimeProvider clock)
{
    /// <summary>A platform that answers "nothing" at once is not asked all the time.</summary>
    private static readonly TimeSpan Between = TimeSpan.FromSeconds(1);

    public async Task<Failure?> Run(ChannelView channel, IPullChannel pulled, CancellationToken ct)
    {
        while (!ct.IsCancellationRequested)
        {
            var cursor = await book.Cursor(channel.Ws, channel.Id, ct);
            var asked = clock.GetTimestamp();
            var page = await pulled.Pull(cursor, null, services.For(channel.Account!), ct);
            if (page.Failed is { Failure: var failure })
                return failure;
            if (page.Events.Count > 0)
                await intake.Take(channel, page.Events, CancellationToken.None); // before the cursor: what was asked for is never lost
            if (page.Cursor != cursor)
                await book.Move(channel.Ws, channel.Id, page.Cursor, CancellationToken.None);
            if (page.Events.Count == 0 && clock.GetElapsedTime(asked) < Between)
                await Task.Delay(Between, clock, ct);
        }
        return null;
    }
}
