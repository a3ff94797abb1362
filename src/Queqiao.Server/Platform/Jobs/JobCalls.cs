using Queqiao.Server.Platform.Bus;

namespace Queqiao.Server.Platform.Jobs;

/// <summary>
/// Nodes tell each other that work came: after the commit that brought it, a burst only once, and without saying what. Who hears it
/// looks; what is not heard is found by the look every few seconds.
/// </summary>
internal sealed class JobCalls
{
    private static readonly TimeSpan Between = TimeSpan.FromMilliseconds(20);

    private readonly IBus _bus;
    private readonly JobBell _bell;

    public JobCalls(IBus bus, JobBell bell)
    {
        (_bus, _bell) = (bus, bell);
        bus.On(BusTopics.Jobs, (_, _) => bell.Wake());
        bus.Restored += bell.Wake;
    }

    public async Task Run(CancellationToken ct)
    {
        try
        {
            while (true)
            {
                await _bell.MustTell(ct);
                _bus.Tell(BusTopics.Jobs, default);
                await Task.Delay(Between, ct);
            }
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            // the end
        }
    }
}
