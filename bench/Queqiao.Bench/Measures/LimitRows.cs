using System.Security.Cryptography;
using System.Text;

namespace Queqiao.Bench.Measures;

/// <summary>The rows that a visitor's message makes, as plain values: what any server would have to write.</summary>
internal sealed class LimitRows
{
    public const int Batch = 64;
    public const int Slots = 64;
    public const long Now = 1_800_000_000_000;

    private readonly int _conversations;
    private readonly long[] _seq;
    private readonly long[] _position = new long[Slots];

    public LimitRows(int conversations)
    {
        _conversations = conversations;
        _seq = new long[conversations];
        Conversations = Ids(conversations);
        Contacts = Ids(conversations);
    }

    public Guid Channel { get; } = Guid.CreateVersion7();

    public Guid[] Conversations { get; }

    public Guid[] Contacts { get; }

    /// <summary>The next message of the conversation.</summary>
    public LimitRow Next(int conversation)
    {
        var slot = conversation % Slots;
        var seq = ++_seq[conversation];
        var text = $"请问订单 {seq:D8} 还能改收货地址吗？我写错了门牌号。";
        return new(Conversations[conversation], Contacts[conversation], seq, slot, ++_position[slot], Guid.CreateVersion7(), Sealed(text.Length * 3 + 50),
            Sealed(Encoding.UTF8.GetByteCount($$$"""{"b":{"direction":"in","text":"{{{text}}}","clientId":"m-{{{seq:x8}}}"}}""")));
    }

    /// <summary>Batches of one of several writers; each writer has its own conversations and slots, so they never wait for each other.</summary>
    public IEnumerable<LimitRow[]> Batches(int writer, int writers)
    {
        for (var at = writer; ; )
        {
            var batch = new LimitRow[Batch];
            for (var i = 0; i < Batch; i++, at = at + writers < _conversations ? at + writers : writer)
                batch[i] = Next(at);
            yield return batch;
        }
    }

    /// <summary>As many bytes as that many are when sealed, and no easier to compress.</summary>
    private static byte[] Sealed(int clear) => RandomNumberGenerator.GetBytes(clear + 45);

    private static Guid[] Ids(int count) => [.. Enumerable.Range(0, count).Select(_ => Guid.CreateVersion7())];
}

internal readonly record struct LimitRow(Guid Conversation, Guid Contact, long Seq, int Slot, long Position, Guid Key, byte[] Personal, byte[] Body);

/// <summary>The server's own tables, from its migrations.</summary>
internal static class Schema
{
    public static string Of(string engine)
    {
        var assembly = typeof(Schema).Assembly;
        return string.Join('\n', assembly.GetManifestResourceNames().Where(name => name.StartsWith($"schema.{engine}.", StringComparison.Ordinal)).Order().Select(name =>
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
            return reader.ReadToEnd();
        }));
    }
}
