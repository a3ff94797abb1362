using Microsoft.EntityFrameworkCore;
using Queqiao.Server.CustomerData.Storage;
using Queqiao.Server.Platform.Bus;
using Queqiao.Server.Platform.Keys;
using Queqiao.Server.Platform.Security;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.CustomerData.Configuring;

/// <summary>A workspace's settings with the secret that its questions are signed with.</summary>
internal sealed record Connection(int Ws, CustomerDataSettings Settings, Secret? Secret);

/// <summary>What is connected, kept in memory for a few seconds.</summary>
internal sealed class Connections(IStorageEngine storage, IVault vault, TimeProvider clock, CacheNews? news = null)
{
    private const string Purpose = "customer data secret";

    private readonly FreshCache<int, Connection> _known = new(clock, TimeSpan.FromSeconds(10), news, "customer-data");

    public async ValueTask<Connection> Of(int ws, CancellationToken ct) => (await _known.Get(ws, Load, ct))!;

    public void Forget(int ws) => _known.Forget(ws);

    public byte[] Seal(int ws, Secret secret) => vault.Seal(ws, Purpose, System.Text.Encoding.UTF8.GetBytes(secret.Reveal()));

    private async Task<Connection?> Load(int ws, CancellationToken ct)
    {
        await using var db = storage.Read(ws);
        var row = await db.Table<CustomerDataSetting>().AsNoTracking().SingleOrDefaultAsync(row => row.Ws == ws, ct);
        return row is null ? new Connection(ws, CustomerDataSettings.None, null)
            : new Connection(ws, CustomerDataSettings.Of(row.Settings), row.Secret is null ? null : new Secret(System.Text.Encoding.UTF8.GetString(vault.Open(ws, Purpose, row.Secret))));
    }
}
