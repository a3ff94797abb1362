using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Identity.Storage;
using Queqiao.Server.Platform.Json;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Identity.Passkeys;

/// <summary>Whose passkeys they are, as the framework's handler asks for them.</summary>
internal sealed record PasskeyOwner(int Ws, Guid AgentId)
{
    /// <summary>The user handle: random to whoever finds it in a device.</summary>
    public string Handle => string.Create(CultureInfo.InvariantCulture, $"{Ws}.{AgentId:N}");

    public static PasskeyOwner? Of(string handle)
    {
        var dot = handle.IndexOf('.', StringComparison.Ordinal);
        return dot > 0 && int.TryParse(handle.AsSpan(..dot), NumberStyles.None, CultureInfo.InvariantCulture, out var ws) && Guid.TryParseExact(handle.AsSpan(dot + 1), "N", out var id)
            ? new PasskeyOwner(ws, id)
            : null;
    }
}

/// <summary>Lets the framework's passkey handler read our table. It never writes: what it found out is stored in the deed's own transaction.</summary>
internal sealed class PasskeyStore(IStorageEngine storage) : IUserPasskeyStore<PasskeyOwner>
{
    public Task<string> GetUserIdAsync(PasskeyOwner user, CancellationToken cancellationToken) => Task.FromResult(user.Handle);

    public Task<PasskeyOwner?> FindByIdAsync(string userId, CancellationToken cancellationToken) => Task.FromResult(PasskeyOwner.Of(userId));

    public async Task<IList<UserPasskeyInfo>> GetPasskeysAsync(PasskeyOwner user, CancellationToken cancellationToken)
    {
        await using var db = storage.Read(user.Ws);
        return [.. (await db.Table<Passkey>().AsNoTracking().Where(passkey => passkey.Ws == user.Ws && passkey.AgentId == user.AgentId).ToListAsync(cancellationToken)).Select(Info)];
    }

    public async Task<UserPasskeyInfo?> FindPasskeyAsync(PasskeyOwner user, byte[] credentialId, CancellationToken cancellationToken)
    {
        await using var db = storage.Read(user.Ws);
        return await db.Table<Passkey>().AsNoTracking()
            .SingleOrDefaultAsync(passkey => passkey.Ws == user.Ws && passkey.AgentId == user.AgentId && passkey.CredentialId == credentialId, cancellationToken) is { } row ? Info(row) : null;
    }

    public async Task<PasskeyOwner?> FindByPasskeyIdAsync(byte[] credentialId, CancellationToken cancellationToken)
    {
        await using var db = storage.ReadSystem();
        return await db.Table<Passkey>().AsNoTracking().Where(passkey => passkey.CredentialId == credentialId)
            .Select(passkey => new PasskeyOwner(passkey.Ws, passkey.AgentId)).SingleOrDefaultAsync(cancellationToken);
    }

    private static UserPasskeyInfo Info(Passkey row) => new(
        row.CredentialId, row.PublicKey, DateTimeOffset.FromUnixTimeMilliseconds(row.CreatedAt), (uint)row.SignCount,
        row.Transports is null ? [] : JsonSerializer.Deserialize<string[]>(row.Transports, StrictJson.Options)!, isUserVerified: true, row.BackupEligible, row.BackedUp, [], []);

    public void Dispose()
    {
        // contexts live as long as their question
    }

    // Asked by nobody on the handler's paths.
    public Task AddOrUpdatePasskeyAsync(PasskeyOwner user, UserPasskeyInfo passkey, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task RemovePasskeyAsync(PasskeyOwner user, byte[] credentialId, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<string?> GetUserNameAsync(PasskeyOwner user, CancellationToken cancellationToken) => Task.FromResult<string?>(user.Handle);

    public Task SetUserNameAsync(PasskeyOwner user, string? userName, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<string?> GetNormalizedUserNameAsync(PasskeyOwner user, CancellationToken cancellationToken) => Task.FromResult<string?>(user.Handle);

    public Task SetNormalizedUserNameAsync(PasskeyOwner user, string? normalizedName, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<IdentityResult> CreateAsync(PasskeyOwner user, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<IdentityResult> UpdateAsync(PasskeyOwner user, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<IdentityResult> DeleteAsync(PasskeyOwner user, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<PasskeyOwner?> FindByNameAsync(string normalizedUserName, CancellationToken cancellationToken) => throw new NotSupportedException();
}
