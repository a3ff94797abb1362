using Queqiao.Server.Platform.Security;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Identity.Setup;

/// <summary>
/// Proof that whoever sets up the server can read what it prints. 256 bits, only its hash is kept, only in memory: each start
/// of an empty store makes a new one, and set-up makes it worthless.
/// </summary>
internal sealed class SetupToken(IStorageEngine storage)
{
    private byte[]? _hash;
    private volatile bool _done;

    /// <summary>Whether nobody has set up the server yet. Once somebody has, it stays so and the database is not asked again.</summary>
    public async ValueTask<bool> IsNeeded(CancellationToken ct)
    {
        if (!_done && await FirstWorkspace.HasAgents(storage, ct))
            Done();
        return !_done;
    }

    /// <summary>A new token; the one before is worthless.</summary>
    public string New()
    {
        var token = TokenText.New().Reveal();
        Volatile.Write(ref _hash, TokenText.Hash(token));
        return token;
    }

    public bool Is(string token) => Volatile.Read(ref _hash) is { } expected && TokenText.Matches(token, expected);

    public void Done()
    {
        _done = true;
        Volatile.Write(ref _hash, null);
    }
}
