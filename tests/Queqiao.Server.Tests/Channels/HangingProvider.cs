using Queqiao.Server.Tests.Support;

namespace Queqiao.Server.Tests.Channels;

/// <summary>A provider that takes requests and does not answer until it is let go.</summary>
internal sealed class HangingProvider : IAsyncDisposable
{
    private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private LocalServer _server = null!;
    private int _waiting;

    private HangingProvider()
    {
    }

    public Uri Address => _server.Address;

    public int Waiting => Volatile.Read(ref _waiting);

    public static async Task<HangingProvider> Start()
    {
        var provider = new HangingProvider();
        provider._server = await LocalServer.Start(async context =>
        {
            Interlocked.Increment(ref provider._waiting);
            await provider._released.Task;
            await LocalServer.Say(context, 200, """{"id":"late"}""");
        });
        return provider;
    }

    public void Release() => _released.TrySetResult();

    public ValueTask DisposeAsync()
    {
        Release();
        return _server.DisposeAsync();
    }
}
