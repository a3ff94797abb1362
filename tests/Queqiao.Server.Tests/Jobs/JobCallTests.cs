using Queqiao.Server.Platform.Bus;
using Queqiao.Server.Platform.Jobs;

namespace Queqiao.Server.Tests.Jobs;

/// <summary>Nodes tell each other that work came.</summary>
public sealed class JobCallTests
{
    [Fact]
    public async Task Work_here_is_told_and_work_elsewhere_wakes()
    {
        var bus = new Wire();
        using var bell = new JobBell();
        var calls = new JobCalls(bus, bell);
        using var end = new CancellationTokenSource();
        var telling = calls.Run(end.Token);

        bell.Ring();
        Assert.True(await bell.Heard(TimeSpan.FromMinutes(1), CancellationToken.None));
        await bus.Told.Task;

        bus.Hear();
        Assert.True(await bell.Heard(TimeSpan.FromMinutes(1), CancellationToken.None)); // what is due has to be asked
        bell.HandsFree();
        Assert.False(await bell.Heard(TimeSpan.FromMinutes(1), CancellationToken.None)); // what is due is known
        bus.Miss();
        Assert.True(await bell.Heard(TimeSpan.FromMinutes(1), CancellationToken.None));
        Assert.Equal(1, bus.Words); // what others told is not told on

        await end.CancelAsync();
        await telling;
    }

    private sealed class Wire : IBus
    {
        private Action<Guid, ReadOnlyMemory<byte>>? _heard;

        public TaskCompletionSource Told { get; } = new();
        public int Words { get; private set; }
        public Guid Node => Guid.Empty;
        public bool HasPeers => true;
        public bool IsQuick => true;

        public event Action? Restored;

        public void Tell(string topic, ReadOnlyMemory<byte> what)
        {
            Words++;
            Told.TrySetResult();
        }

        public void On(string topic, Action<Guid, ReadOnlyMemory<byte>> heard) => _heard = heard;

        public void Hear() => _heard!(Guid.Empty, default);

        public void Miss() => Restored!();
    }
}
