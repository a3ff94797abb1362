using System.Collections.Concurrent;
using Queqiao.Channels;
using Queqiao.Server.Channels.Kinds;
using Queqiao.Server.Channels.Receiving;
using Queqiao.Server.Conversations;
using Queqiao.Server.Platform.Problems;

namespace Queqiao.Server.Channels.Delivering;

/// <summary>
/// Typing and read marks for platforms that show them. Sent beside everything else and never again: when there is no free hand, or the
/// platform is not well, they are left out.
/// </summary>
internal sealed class OutsideSignals(IOutgoingMessages messages, ReachBook reaches, IChannels channels, KindRegistry kinds, AdapterServices services, ChannelTurns turns, ReadMarkListeners hears, TimeProvider clock, ILogger<OutsideSignals> log) : IOutsideSignals, IDisposable
{
    private const int AtOnce = 4;
    private const int MostKnown = 10_000;

    /// <summary>Platforms show "typing" for 5 to 25 seconds.</summary>
    private static readonly TimeSpan TypingEvery = TimeSpan.FromSeconds(4);

    private readonly SemaphoreSlim _hands = new(AtOnce, AtOnce);
    private readonly ConcurrentDictionary<Guid, DateTimeOffset> _typed = new();

    /// <summary>What was begun and has not ended; for tests.</summary>
    public Task Last { get; private set; } = Task.CompletedTask;

    public void Typing(ConversationHead head, bool on)
    {
        var now = clock.GetUtcNow();
        if (!on || (_typed.TryGetValue(head.Id, out var last) && now - last < TypingEvery))
            return; // it ends by itself
        if (_typed.Count > MostKnown)
            _typed.Clear();
        _typed[head.Id] = now;
        Send(head.Ws, head.Id, new CustomerKey(head.ChannelId, head.Identity), SignalKind.Typing);
    }

    /// <summary>An agent has read the conversation.</summary>
    public void Read(int ws, Guid conversation)
    {
        if (hears.May(ws, conversation))
            Send(ws, conversation, null, SignalKind.Read);
    }

    private void Send(int ws, Guid conversation, CustomerKey? who, SignalKind what)
    {
        if (!_hands.Wait(0))
            return;
        Last = Task.Run(async () =>
        {
            try
            {
                await Say(ws, conversation, who, what);
            }
            catch (Exception trouble)
            {
                log.Fault(LogLevel.Debug, trouble, "A sign for a customer was not sent");
            }
            finally
            {
                _hands.Release();
            }
        });
    }

    private async Task Say(int ws, Guid conversation, CustomerKey? known, SignalKind what)
    {
        if ((known ?? await messages.WhoIn(ws, conversation, default)) is not { } who)
            return;
        hears.Know(conversation, who.ChannelId);
        if (await channels.Find(who.ChannelId, default) is not { Enabled: true, Account: { } account } channel)
            return;
        if (kinds.Find(channel.Kind) is not { Adapter: ISignalChannel signals } kind || !kind.Descriptor.Can(what == SignalKind.Read ? Abilities.ReadMarks : Abilities.Typing))
            return;
        var reach = await reaches.Find(ws, who, default);
        if (turns.OpenUntil(who.ChannelId) is not null)
            return;
        await signals.Signal(new Signal(what, reach?.To ?? who.Identity, reach?.Place, reach?.LastMessageId) { ReplyWith = reach?.ReplyWith ?? new Dictionary<string, string>() }, services.For(account), default);
    }

    public void Dispose() => _hands.Dispose();
}
