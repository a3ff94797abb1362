using System.Security.Cryptography;
using Queqiao.Server.Platform.Files;

namespace Queqiao.Server.Tests.Files;

/// <summary>Blobs: what goes in comes out, in any pieces; what was changed on disk is noticed.</summary>
public sealed class ChunkCipherTests : IDisposable
{
    private readonly string _path = Path.Combine(Path.GetTempPath(), "queqiao-blob-" + Guid.CreateVersion7().ToString("N"));
    private readonly byte[] _key = FileKey.New();
    private readonly Guid _id = Guid.CreateVersion7();

    public void Dispose() => File.Delete(_path);

    [Theory]
    [InlineData(1), InlineData(100), InlineData(ChunkCipher.Plain - 1), InlineData(ChunkCipher.Plain), InlineData(ChunkCipher.Plain + 1), InlineData(3 * ChunkCipher.Plain), InlineData(500_000)]
    public void What_goes_in_in_any_pieces_comes_out(int length)
    {
        var content = RandomNumberGenerator.GetBytes(length);
        var random = new Random(length);
        for (var at = 0; at < length;)
        {
            using var writer = Writer();
            Assert.Equal(at, writer.Length);
            var piece = Math.Min(length - at, random.Next(1, 100_000));
            writer.Write(content.AsSpan(at, piece));
            writer.Pause();
            at += piece;
            Assert.Equal(at, ChunkCipher.PlainLength(new FileInfo(_path).Length));
        }
        End();
        Assert.Equal(content, Content());
        using var again = Writer();
        Assert.True(again.Ended);
        Assert.Equal(length, again.Length);
    }

    [Fact]
    public void A_range_is_read_without_the_rest()
    {
        var content = Filled(400_000);
        using var reader = Reader();
        foreach (var (from, count) in (ReadOnlySpan<(int, int)>)[(0, 10), (65_530, 20), (131_072, 1), (399_990, 10), (100_000, 200_000)])
        {
            reader.Position = from;
            var part = new byte[count];
            reader.ReadExactly(part);
            Assert.Equal(content.AsSpan(from, count).ToArray(), part);
        }
        reader.Position = 400_000;
        Assert.Equal(0, reader.Read(new byte[10]));
    }

    [Fact]
    public void A_tail_that_a_crash_tore_is_written_over()
    {
        var content = RandomNumberGenerator.GetBytes(200_000);
        using (var writer = Writer())
        {
            writer.Write(content);
            writer.Pause();
        }
        var whole = new FileInfo(_path).Length;
        for (var cut = 1; cut < 3400; cut += 397)
        {
            using (var file = File.OpenWrite(_path))
                file.SetLength(whole - cut);
            using var writer = Writer();
            Assert.Equal(196_608, writer.Length); // three whole chunks
            writer.Write(content.AsSpan(196_608));
            writer.Pause();
        }
        End();
        Assert.Equal(content, Content());
    }

    [Fact]
    public void Whatever_is_changed_on_disk_is_noticed()
    {
        Filled(200_000);
        var blob = File.ReadAllBytes(_path);
        foreach (var at in (int[])[8, 25, 40_000, 65_590, 100_000, blob.Length - 1])
        {
            var changed = (byte[])blob.Clone();
            changed[at] ^= 1;
            File.WriteAllBytes(_path, changed);
            Assert.ThrowsAny<CryptographicException>(() => Content());
        }
        var swapped = (byte[])blob.Clone();
        blob.AsSpan(8, ChunkCipher.Sealed).CopyTo(swapped.AsSpan(8 + ChunkCipher.Sealed));
        blob.AsSpan(8 + ChunkCipher.Sealed, ChunkCipher.Sealed).CopyTo(swapped.AsSpan(8));
        File.WriteAllBytes(_path, swapped);
        Assert.ThrowsAny<CryptographicException>(() => Content());
        File.WriteAllBytes(_path, blob[..(8 + 2 * ChunkCipher.Sealed)]); // cut off between chunks
        Assert.ThrowsAny<CryptographicException>(() => Content());
        File.WriteAllBytes(_path, blob);
        Assert.ThrowsAny<CryptographicException>(() => Content(new ChunkCipher(_key, Guid.CreateVersion7(), 1)));
        Assert.ThrowsAny<CryptographicException>(() => Content(new ChunkCipher(_key, _id, 2)));
        Assert.ThrowsAny<CryptographicException>(() => Content(new ChunkCipher(FileKey.New(), _id, 1)));
        Content();
    }

    [Fact]
    public void Nothing_of_the_content_is_on_disk_and_the_same_content_looks_different_each_time()
    {
        var content = new byte[100_000];
        "canary-canary-canary"u8.CopyTo(content);
        Filled(content);
        var first = File.ReadAllBytes(_path);
        File.Delete(_path);
        Filled(content);
        var second = File.ReadAllBytes(_path);
        Assert.Equal(-1, first.AsSpan().IndexOf("canary"u8));
        Assert.NotEqual(first, second);
    }

    private byte[] Filled(int length)
    {
        var content = RandomNumberGenerator.GetBytes(length);
        Filled(content);
        return content;
    }

    private void Filled(byte[] content)
    {
        using var writer = Writer();
        writer.Write(content);
        writer.End();
    }

    private void End()
    {
        using var writer = Writer();
        writer.End();
    }

    private byte[] Content(ChunkCipher? cipher = null)
    {
        using var reader = new SealedReader(File.OpenRead(_path), cipher ?? new ChunkCipher(_key, _id, 1));
        using var into = new MemoryStream();
        reader.CopyTo(into);
        return into.ToArray();
    }

    private SealedWriter Writer() => new(_path, new ChunkCipher(_key, _id, 1));

    private SealedReader Reader() => new(File.OpenRead(_path), new ChunkCipher(_key, _id, 1));
}
