using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Queqiao.Server.Identity.Setup;
using Queqiao.Server.Identity.Storage;
using Queqiao.Server.Platform.Clock;
using Queqiao.Server.Platform.Json;
using Queqiao.Server.Platform.Keys;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Storage;
using Queqiao.Server.Platform.Web;

namespace Queqiao.Server.Identity.Passkeys;

/// <summary>What the browser is asked, and what has to come back with its answer.</summary>
/// <param name="Options">For <c>navigator.credentials</c>, as JSON.</param>
/// <param name="State">Sealed; comes back with the answer.</param>
internal sealed record CeremonyBegun(JsonElement Options, string State);

/// <summary>A browser's answer.</summary>
/// <param name="State">As it was given.</param>
/// <param name="Credential">As <c>PublicKeyCredential.toJSON()</c> has it.</param>
internal sealed record PasskeyAnswer(string State, JsonElement Credential);

/// <summary>A passkey that answered, checked. Storing that it did is the caller's, in their transaction.</summary>
internal sealed record PasskeyProof(PasskeyOwner Owner, byte[] CredentialId, uint SignCount, bool BackedUp, byte[] ChallengeHash, long ExpiresAt);

/// <summary>
/// WebAuthn by the framework's own handler: what is asked, and whether the answer is right. Between the two the challenge is with the browser,
/// sealed and bound to what it is for; a challenge that was answered is remembered, so that none is answered twice.
/// </summary>
internal sealed class PasskeyCeremonies(IStorageEngine storage, IVault vault, PublicUrl url, Ids ids)
{
    public const string Register = "register";
    public const string SignIn = "sign_in";
    public const string Proof = "proof";

    private const int MostCredential = 32 * 1024;
    private static readonly TimeSpan Lasts = TimeSpan.FromMinutes(5);

    private sealed record Kept(string Purpose, string? Session, long ExpiresAt, string State);

    /// <summary>Asks for a new passkey.</summary>
    public async Task<(CeremonyBegun? Begun, Refusal? Refusal)> BeginRegistration(PasskeyOwner owner, string email, string name, byte[] session, HttpContext context)
    {
        if (Handler(context) is not { } handler)
            return (null, Refusal.Conflict("public_url_unknown"));
        var made = await handler.MakeCreationOptionsAsync(new PasskeyUserEntity { Id = owner.Handle, Name = email, DisplayName = name }, context);
        return (Begun(made.CreationOptionsJson, made.AttestationState!, Register, session), null);
    }

    /// <summary>Asks for a passkey: of this person, or of whoever has one for this server.</summary>
    public async Task<(CeremonyBegun? Begun, Refusal? Refusal)> BeginAssertion(PasskeyOwner? owner, string purpose, byte[]? session, HttpContext context)
    {
        if (Handler(context) is not { } handler)
            return (null, Refusal.Conflict("public_url_unknown"));
        var made = await handler.MakeRequestOptionsAsync(owner, context);
        return (Begun(made.RequestOptionsJson, made.AssertionState!, purpose, session), null);
    }

    /// <summary>The new key, when the answer to <see cref="BeginRegistration"/> is right.</summary>
    public async Task<(UserPasskeyInfo? Passkey, AnsweredChallenge? Used)> FinishRegistration(PasskeyAnswer answer, PasskeyOwner owner, byte[] session, HttpContext context)
    {
        if (Open(answer, Register, session) is not { } kept || Handler(context) is not { } handler)
            return (null, null);
        var result = await handler.PerformAttestationAsync(new PasskeyAttestationContext { CredentialJson = answer.Credential.GetRawText(), AttestationState = kept.State, HttpContext = context });
        return result.Succeeded && result.UserEntity.Id == owner.Handle ? (result.Passkey, new AnsweredChallenge(HashOf(kept), kept.ExpiresAt)) : (null, null);
    }

    /// <summary>Whose passkey answered; null when the answer is wrong in any way.</summary>
    public async Task<PasskeyProof?> FinishAssertion(PasskeyAnswer answer, string purpose, byte[]? session, HttpContext context)
    {
        if (Open(answer, purpose, session) is not { } kept || Handler(context) is not { } handler)
            return null;
        var result = await handler.PerformAssertionAsync(new PasskeyAssertionContext { CredentialJson = answer.Credential.GetRawText(), AssertionState = kept.State, HttpContext = context });
        return result.Succeeded ? new PasskeyProof(result.User, result.Passkey.CredentialId, result.Passkey.SignCount, result.Passkey.IsBackedUp, HashOf(kept), kept.ExpiresAt) : null;
    }

    /// <summary>
    /// Uses the answer up in a transaction. False when its challenge was answered before, also at the same moment, or the counter went on
    /// meanwhile; the unit is then to be given up.
    /// </summary>
    public static async Task<bool> Use(WriteUnit unit, PasskeyProof proof, CancellationToken ct)
    {
        if (!await UseChallenge(unit, proof.ChallengeHash, proof.ExpiresAt, ct))
            return false;
        var (now, count) = (unit.Ids.Now(), (long)proof.SignCount);
        return await unit.Db.Table<Passkey>()
            .Where(passkey => passkey.Ws == unit.Ws && passkey.AgentId == proof.Owner.AgentId && passkey.CredentialId == proof.CredentialId && (passkey.SignCount < count || count == 0))
            .ExecuteUpdateAsync(set => set.SetProperty(passkey => passkey.SignCount, count).SetProperty(passkey => passkey.BackedUp, proof.BackedUp).SetProperty(passkey => passkey.LastUsedAt, now), ct) == 1;
    }

    public static async Task<bool> UseChallenge(WriteUnit unit, byte[] hash, long expiresAt, CancellationToken ct)
    {
        var now = unit.Ids.Now();
        await unit.Db.Table<UsedChallenge>().Where(used => used.Ws == unit.Ws && used.ExpiresAt < now).ExecuteDeleteAsync(ct);
        if (await unit.Db.Table<UsedChallenge>().AnyAsync(used => used.Ws == unit.Ws && used.ChallengeHash == hash, ct))
            return false;
        unit.Db.Table<UsedChallenge>().Add(new UsedChallenge { Ws = unit.Ws, ChallengeHash = hash, ExpiresAt = expiresAt });
        await unit.Db.SaveChangesAsync(ct); // of two at once, the key lets one through
        return true;
    }

    public static Task<bool> HasAny(QueqiaoDb db, int ws, Guid agent, CancellationToken ct) =>
        db.Table<Passkey>().AnyAsync(passkey => passkey.Ws == ws && passkey.AgentId == agent, ct);

    public static Task<int> RemoveAll(WriteUnit unit, Guid agent, CancellationToken ct) =>
        unit.Db.Table<Passkey>().Where(passkey => passkey.Ws == unit.Ws && passkey.AgentId == agent).ExecuteDeleteAsync(ct);

    private CeremonyBegun Begun(string options, string state, string purpose, byte[]? session)
    {
        var kept = new Kept(purpose, session is null ? null : Convert.ToHexString(session), ids.Now() + (long)Lasts.TotalMilliseconds, state);
        using var json = JsonDocument.Parse(options);
        return new CeremonyBegun(json.RootElement.Clone(), Base64Url.EncodeToString(Seal().Seal(JsonSerializer.SerializeToUtf8Bytes(kept, StrictJson.Options))));
    }

    private Kept? Open(PasskeyAnswer answer, string purpose, byte[]? session)
    {
        if (answer.State.Length > 8_000 || answer.Credential.GetRawText().Length > MostCredential)
            return null;
        try
        {
            var kept = JsonSerializer.Deserialize<Kept>(Seal().Open(Base64Url.DecodeFromChars(answer.State)), StrictJson.Options)!;
            return kept.Purpose == purpose && kept.Session == (session is null ? null : Convert.ToHexString(session)) && kept.ExpiresAt > ids.Now() ? kept : null;
        }
        catch (Exception trouble) when (trouble is CryptographicException or FormatException or JsonException)
        {
            return null;
        }
    }

    private static byte[] HashOf(Kept kept) => SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(kept.State));

    // Who signs in is not known when the challenge is made, so the first workspace's key seals it for all.
    private SecretSeal Seal() => new(vault.Derive(FirstWorkspace.Ws, "passkey state v1"));

    /// <summary>Bound to the address people know this server by, never to what a request calls it; null while nobody has said it.</summary>
    private PasskeyHandler<PasskeyOwner>? Handler(HttpContext context)
    {
        var address = url.For(context.Request);
        if (address == PublicUrl.Unknown)
            return null;
        var options = new IdentityPasskeyOptions
        {
            ServerDomain = new Uri(address).IdnHost,
            UserVerificationRequirement = "required",
            ResidentKeyRequirement = "required",
            AttestationConveyancePreference = "none",
            AuthenticatorTimeout = Lasts,
            ChallengeSize = 32,
            ValidateOrigin = origin => ValueTask.FromResult(!origin.CrossOrigin && origin.TopOrigin is null && string.Equals(origin.Origin, address, StringComparison.Ordinal)),
        };
        var users = new UserManager<PasskeyOwner>(new PasskeyStore(storage), Options.Create(new Microsoft.AspNetCore.Identity.IdentityOptions()), null!, null!, null!, null!, null!, null!, NullLogger<UserManager<PasskeyOwner>>.Instance);
        return new PasskeyHandler<PasskeyOwner>(users, Options.Create(options));
    }
}

/// <summary>A challenge that was answered.</summary>
internal sealed record AnsweredChallenge(byte[] ChallengeHash, long ExpiresAt);
