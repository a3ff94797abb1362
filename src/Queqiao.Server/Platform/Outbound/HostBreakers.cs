using System.Collections.Concurrent;
using Polly;
using Polly.CircuitBreaker;

namespace Queqiao.Server.Platform.Outbound;

/// <summary>
/// A host that answers nothing, or only errors, is left alone for a while: calls to it fail at once instead of holding a thread and a
/// connection each until they time out, and it is not kept down by those who want it back up. One call in every pause tries it.
/// </summary>
internal sealed class HostBreakers(TimeProvider clock)
{
    private const int MostHosts = 1_000;

    private readonly ConcurrentDictionary<string, ResiliencePipeline<HttpResponseMessage>> _hosts = new(StringComparer.OrdinalIgnoreCase);

    /// <exception cref="HostRestingException">The host has failed too often just now; nothing was sent.</exception>
    public async Task<HttpResponseMessage> Through(Uri address, Func<CancellationToken, Task<HttpResponseMessage>> send, CancellationToken ct)
    {
        if (_hosts.Count >= MostHosts)
            _hosts.Clear(); // somebody lists hosts: forgetting costs one time-out each
        try
        {
            return await _hosts.GetOrAdd(address.Authority, _ => New()).ExecuteAsync(async stop => await send(stop), ct);
        }
        catch (BrokenCircuitException resting)
        {
            throw new HostRestingException(address.Authority, resting.RetryAfter ?? Pause);
        }
    }

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(15);

    private ResiliencePipeline<HttpResponseMessage> New() => new ResiliencePipelineBuilder<HttpResponseMessage> { TimeProvider = clock }
        .AddCircuitBreaker(new CircuitBreakerStrategyOptions<HttpResponseMessage>
        {
            FailureRatio = 0.5,
            MinimumThroughput = 8,
            SamplingDuration = TimeSpan.FromSeconds(30),
            BreakDuration = Pause,
            ShouldHandle = static outcome => ValueTask.FromResult(IsFailure(outcome.Outcome)),
        })
        .Build();

    /// <summary>What says something about the host. That the guard refuses an address does not, and a 404 is an answer.</summary>
    private static bool IsFailure(Outcome<HttpResponseMessage> outcome) => outcome switch
    {
        { Exception: OutboundRefusedException } => false,
        { Exception: HttpRequestException or TaskCanceledException { InnerException: TimeoutException } } => true,
        { Result: { } answer } => (int)answer.StatusCode >= 500,
        _ => false,
    };
}

/// <summary>The host has failed again and again; it is asked again after <see cref="RetryAfter"/>.</summary>
public sealed class HostRestingException(string host, TimeSpan retryAfter) : HttpRequestException($"{host} fails; it is left alone for now")
{
    public TimeSpan RetryAfter { get; } = retryAfter;
}
