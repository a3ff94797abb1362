using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Queqiao.Server.Platform.Keys;
using Queqiao.Text.Folding;
using Queqiao.Text.Searching;

namespace Queqiao.Server.Platform.Search;

/// <summary>
/// Hides words: a token becomes the first 64 bits of one AES block under the workspace's index key. Who has the database but not
/// the key sees that two texts share a word, and how many do, but not which word it is.
/// </summary>
internal sealed class WordKeys(IVault vault)
{
    /// <summary>Raised whenever texts get other tokens than before, or other texts are found: the index is then filled anew.</summary>
    public const int Format = 2; // 2: subjects

    /// <summary>Begins to hide words of one workspace. For one thread.</summary>
    public HiddenWords Of(int ws) => new(vault.IndexKey(ws));
}

/// <summary>Words of several texts, hidden together: setting the cipher up costs more than a block.</summary>
internal sealed class HiddenWords(byte[] key)
{
    private const int Block = 16;
    private const byte Hashed = 0x80;

    private readonly FoldedText _folded = new();
    private readonly List<int> _ends = [];
    private byte[] _blocks = new byte[4096];
    private int _length;

    /// <summary>A text's tokens.</summary>
    public void Add(string text)
    {
        TextFolding.Fold(text, _folded);
        var sink = new Sink(this);
        Tokens.Of(_folded, ref sink);
        _ends.Add(_length);
    }

    /// <summary>Single tokens, in their order (of a query).</summary>
    public void Add(IReadOnlyList<SearchToken> tokens)
    {
        foreach (var token in tokens)
            Put(token.Kind, token.Text);
        _ends.Add(_length);
    }

    /// <summary>What was added, hidden, in its order; in each no token twice. Begins anew.</summary>
    public IReadOnlyList<long[]> Take()
    {
        var hidden = new byte[_length];
        using (var aes = Aes.Create())
        {
            aes.Key = key;
            aes.EncryptEcb(_blocks.AsSpan(0, _length), hidden, PaddingMode.None);
        }
        var taken = new List<long[]>(_ends.Count);
        var at = 0;
        foreach (var end in _ends)
        {
            var tokens = new HashSet<long>((end - at) / Block);
            for (; at < end; at += Block)
                tokens.Add(BinaryPrimitives.ReadInt64BigEndian(hidden.AsSpan(at)));
            taken.Add([.. tokens]);
        }
        (_length, _blocks) = (0, _blocks.Length > 1 << 20 ? new byte[4096] : _blocks);
        _ends.Clear();
        return taken;
    }

    /// <summary>One block: the kind and up to 15 bytes of the token; of a longer one its hash. Folded tokens hold no zero byte, so blocks of different tokens differ.</summary>
    private void Put(TokenKind kind, ReadOnlySpan<char> token)
    {
        if (_blocks.Length < _length + Block)
            Array.Resize(ref _blocks, _blocks.Length * 2);
        var block = _blocks.AsSpan(_length, Block);
        _length += Block;
        block.Clear();
        block[0] = (byte)kind;
        if (Encoding.UTF8.TryGetBytes(token, block[1..], out _))
            return;
        Span<byte> bytes = stackalloc byte[Encoding.UTF8.GetMaxByteCount(token.Length)];
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(bytes[..Encoding.UTF8.GetBytes(token, bytes)], hash);
        hash[..(Block - 1)].CopyTo(block[1..]);
        block[0] |= Hashed;
    }

    private readonly struct Sink(HiddenWords words) : ITokenSink
    {
        public void Add(TokenKind kind, ReadOnlySpan<char> token) => words.Put(kind, token);
    }
}
