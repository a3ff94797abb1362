using System.Buffers.Binary;
using System.Text;
using Queqiao.Server.Platform.Bus;

namespace Queqiao.Server.Conversations.Live;

internal enum CustomerWord : byte
{
    Here = 1,
    Gone = 2,

    /// <summary>Whoever has them says so.</summary>
    Ask = 3,
}

/// <summary>What readers of other nodes hear in passing: who types, which customer is there. Sealed like every word of the bus.</summary>
internal sealed class HubLink(IBus bus)
{
    private const byte ForAgents = 1;
    private const byte ForCustomer = 2;

    /// <summary>Longer passing words are not worth sending.</summary>
    private const int MostFrame = 2048;

    /// <summary>Whether there are other nodes.</summary>
    public bool HasPeers => bus.HasPeers;

    public void ToAgents(int ws, Guid conversation, Func<byte[]> frame)
    {
        if (bus.HasPeers)
            Pass(ForAgents, ws, conversation, "", frame());
    }

    public void ToCustomer(int ws, CustomerKey customer, Func<byte[]> frame)
    {
        if (bus.HasPeers)
            Pass(ForCustomer, ws, customer.ChannelId, customer.Identity, frame());
    }

    public void Say(CustomerWord word, int ws, CustomerKey customer, Guid conversation)
    {
        if (bus.HasPeers)
            bus.Tell(BusTopics.Customers, Pack((byte)word, ws, customer.ChannelId, customer.Identity, conversation.ToByteArray()));
    }

    private void Pass(byte whom, int ws, Guid id, string identity, byte[] frame)
    {
        if (frame.Length <= MostFrame)
            bus.Tell(BusTopics.Passing, Pack(whom, ws, id, identity, frame));
    }

    private static byte[] Pack(byte kind, int ws, Guid id, string identity, byte[] rest)
    {
        var name = Encoding.UTF8.GetBytes(identity);
        var word = new byte[23 + name.Length + rest.Length];
        word[0] = kind;
        BinaryPrimitives.WriteInt32BigEndian(word.AsSpan(1), ws);
        id.TryWriteBytes(word.AsSpan(5));
        BinaryPrimitives.WriteUInt16BigEndian(word.AsSpan(21), (ushort)name.Length);
        name.CopyTo(word, 23);
        rest.CopyTo(word, 23 + name.Length);
        return word;
    }

    private static (byte Kind, int Ws, Guid Id, string Identity, ReadOnlyMemory<byte> Left) Unpack(ReadOnlyMemory<byte> word)
    {
        var bytes = word.Span;
        var name = BinaryPrimitives.ReadUInt16BigEndian(bytes[21..]);
        return (bytes[0], BinaryPrimitives.ReadInt32BigEndian(bytes[1..]), new Guid(bytes.Slice(5, 16)), Encoding.UTF8.GetString(bytes.Slice(23, name)), word[(23 + name)..]);
    }

    /// <summary>Gives to the hub what other nodes say; once, when the node starts.</summary>
    public void Listen(ConversationHub hub)
    {
        bus.On(BusTopics.Passing, (_, word) =>
        {
            var (whom, ws, id, identity, rest) = Unpack(word);
            var frame = rest.ToArray();
            if (whom == ForAgents)
                hub.ToAgentsHere(ws, id, () => frame);
            else if (whom == ForCustomer)
                hub.ToCustomerHere(ws, new(id, identity), () => frame);
        });
        bus.On(BusTopics.Customers, (_, word) =>
        {
            var (kind, ws, id, identity, rest) = Unpack(word);
            hub.Hear((CustomerWord)kind, ws, new(id, identity), new Guid(rest.Span));
        });
        bus.Restored += hub.AskAgain;
    }
}

/// <summary>Binds them when the node starts, and asks again when a node was lost.</summary>
internal sealed class HubLinkStart(HubLink link, ConversationHub hub, NodeRegistry? nodes = null) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        link.Listen(hub);
        if (nodes is not null)
            nodes.Lost += OnLost;
        return Task.CompletedTask;
    }

    private void OnLost(Guid node) => hub.AskAgain();

    public Task StopAsync(CancellationToken cancellationToken)
    {
        if (nodes is not null)
            nodes.Lost -= OnLost;
        return Task.CompletedTask;
    }
}
