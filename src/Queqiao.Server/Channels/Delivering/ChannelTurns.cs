using System.Collections.Concurrent;
using Queqiao.Channels;
using Queqiao.Server.Channels.Kinds;
using Queqiao.Server.Platform.Security;

namespace Queqiao.Server.Channels.Delivering;

/// <summary>
/// Whether a channel may make a request now: its provider's rates, so many requests at once, and a breaker that opens when requests
/// fail one after the other. What may not go now goes later, and holds no hand of the job worker meanwhile.
/// </summary>
internal sealed class ChannelTurns(TimeProvider clock, LimitShare? share = null)
{
    /// <summary>Of the worker's hands: a provider that hangs ties up no more than these.</summary>
    private const int AtOnce = 6;

    /// <summary>As many requests as the worker has hands for (<see cref="DeliverJob"/>).</summary>
    public const int Hands = 32;

    private const int Parts = 4;

    private readonly Lock _gate = new();
    private int _out;

    private const int FailuresToOpen = 5;
    private static readonly TimeSpan OpenFor = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan WhenBusy = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<Guid, State> _channels = new();
    private readonly ConcurrentDictionary<RateLimit, KeyedLimiter<string>> _rates = new();

    private sealed class State
    {
        public int Out, Failures;
        public DateTimeOffset OpenUntil;
    }

    /// <summary>Null: not now, but after the wait.</summary>
    public Turn? Take(ChannelDescriptor kind, ChannelAccount account, Guid conversation, out TimeSpan wait)
    {
        var state = _channels.GetOrAdd(account.ChannelId, _ => new State());
        lock (state)
        {
            wait = state.OpenUntil - clock.GetUtcNow();
            if (wait > TimeSpan.Zero)
                return null;
            wait = WhenBusy;
            // After the breaker was open, one request finds out.
            if (state.Out >= (state.Failures >= FailuresToOpen ? 1 : AtOnce) || !Reserve(state.Out))
                return null;
            var goes = false;
            try
            {
                goes = Rated(kind, account, conversation, ref wait);
            }
            finally
            {
                if (!goes)
                    Release();
            }
            if (!goes)
                return null;
            state.Out++;
        }
        return new Turn(this, state);
    }

    /// <summary>
    /// A hand, if there is one for somebody who has so many already: never more than a quarter of those that are free. So several
    /// providers that hang together leave room, and who has none gets one as long as any is free.
    /// </summary>
    private bool Reserve(int has)
    {
        lock (_gate)
        {
            if (has * Parts >= Hands - _out && (has > 0 || _out >= Hands))
                return false;
            _out++;
            return true;
        }
    }

    private void Release()
    {
        lock (_gate)
            _out--;
    }

    private bool Rated(ChannelDescriptor kind, ChannelAccount account, Guid conversation, ref TimeSpan wait)
    {
        foreach (var rate in kind.Limits.Rates)
        {
            if (!LimiterOf(kind.Kind, rate).TryTake(KeyOf(rate, account, conversation), out wait))
                return false;
        }
        return true;
    }

    /// <summary>Until when the channel makes no requests; null: it makes them.</summary>
    public DateTimeOffset? OpenUntil(Guid channel) => _channels.TryGetValue(channel, out var state) && state.OpenUntil > clock.GetUtcNow() ? state.OpenUntil : null;

    private KeyedLimiter<string> LimiterOf(string kind, RateLimit rate) => _rates.GetOrAdd(rate, one =>
        new KeyedLimiter<string>(clock, new Rate(Math.Max(1, one.Messages), one.Per / Math.Max(1, one.Messages)), capacity: 20_000).Shared(share, $"{kind} {one.Scope} {one.Messages} {one.Per}", static key => key, static key => key));

    private static string KeyOf(RateLimit rate, ChannelAccount account, Guid conversation) => rate.Scope switch
    {
        RateScope.Account => account.ChannelId.ToString("N"),
        _ => $"{account.ChannelId:N}/{conversation:N}",
    };

    internal sealed class Turn : IDisposable
    {
        private readonly ChannelTurns _turns;
        private readonly State _state;

        internal Turn(ChannelTurns turns, object state) => (_turns, _state) = (turns, (State)state);

        public void Ended(SendOutcome outcome)
        {
            lock (_state)
            {
                // Only what says that the provider is not well; a refused message is an answer.
                if (outcome is not SendOutcome.NotSent { Failure.Class: ErrorClass.Retry })
                    _state.Failures = 0;
                else if (++_state.Failures >= FailuresToOpen)
                    _state.OpenUntil = _turns.Now + OpenFor;
            }
        }

        public void Dispose()
        {
            lock (_state)
                _state.Out--;
            _turns.Release();
        }
    }

    private DateTimeOffset Now => clock.GetUtcNow();
}
