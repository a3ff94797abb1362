using System.Text;
using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Channels.Storage;
using Queqiao.Server.Platform.Bus;
using Queqiao.Server.Platform.Keys;
using Queqiao.Server.Platform.Security;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Channels.Web.Users;

/// <summary>The live keys of channels, and the proofs that are checked with them.</summary>
internal sealed class UserKeys(IStorageEngine storage, TimeProvider clock, IVault vault, CacheNews? news = null)
{
    private const string Purpose = "user key";

    private readonly FreshCache<Guid, Kept> _known = new(clock, TimeSpan.FromSeconds(5), news, "user keys");

    private sealed record Kept(IReadOnlyList<(LiveUserKey Key, long? EndsAt)> Keys);

    /// <summary>Changes of other nodes show within 5 seconds, of this one at once.</summary>
    public void Changed(Guid channelId) => _known.Forget(channelId);

    public byte[] Seal(int ws, Guid key, Secret secret) => Seal(vault, ws, key, secret);

    public static byte[] Seal(IVault vault, int ws, Guid key, Secret secret) => vault.Seal(ws, Purpose, Encoding.UTF8.GetBytes(secret.Reveal()), key);

    /// <summary>Who a signed user is on a channel: the same on every device, and no other visitor.</summary>
    public Guid IdOf(ChannelView channel, string sub) => vault.Tag(channel.Ws, "signed user", $"{channel.Id}|{sub}");

    /// <summary>Checks what a page brought as proof of who is in front of it.</summary>
    public async ValueTask<ProofResult> Check(ChannelView channel, UserProof proof, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var kept = await _known.Get(channel.Id, (id, stop) => Load(channel.Ws, id, stop), ct);
        var live = kept!.Keys.Where(key => key.EndsAt is null || key.EndsAt > now.ToUnixTimeMilliseconds()).Select(key => key.Key).ToList();
        var web = channel.Web!;
        return proof switch
        {
            { Jwt: { } jwt, Id: null, Exp: null, Hmac: null } => UserToken.Read(jwt, live, new ProofRules(web.UserAudience, web.UserIssuer), now),
            { Jwt: null, Id: { } id, Exp: { } exp, Hmac: { } hmac } => UserToken.Read(id, exp, hmac, live, now),
            _ => ProofResult.No("user_token_malformed"), // a bare id proves nothing
        };
    }

    private async Task<Kept?> Load(int ws, Guid channelId, CancellationToken ct)
    {
        await using var db = storage.Read(ws);
        var keys = await db.Table<UserKey>().AsNoTracking().Where(key => key.Ws == ws && key.ChannelId == channelId).OrderByDescending(key => key.CreatedAt).ToListAsync(ct);
        return new Kept([.. keys.Select(key => (new LiveUserKey(key.Id, key.Algorithm, key.Sealed is null ? null : vault.Open(ws, Purpose, key.Sealed, key.Id), key.PublicKey), key.EndsAt))]);
    }
}

/// <summary>What a page brings: a JWT, or an id with its expiry (Unix seconds) and HMAC.</summary>
internal sealed record UserProof(string? Jwt = null, string? Id = null, long? Exp = null, string? Hmac = null);
