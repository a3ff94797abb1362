using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Contacts;
using Queqiao.Server.Conversations;
using Queqiao.Server.CustomerData.Configuring;
using Queqiao.Server.CustomerData.Storage;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Json;
using Queqiao.Server.Platform.Keys;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.CustomerData.Asking;

/// <summary>Asks the firm's system, keeps what it said, and shows that when it does not answer. Who asks at once for one person asks once.</summary>
internal sealed class CustomerDataDesk(
    Connections connections, IEnumerable<ICustomerDataSource> sources, IContactSight people, IChannelFacts channels, IContactVault vault, IStorageEngine storage, TimeProvider clock) : ICustomerData
{
    private const int MostOrders = 20;
    private const int MostProducts = 20;

    private readonly Dictionary<string, ICustomerDataSource> _sources = sources.ToDictionary(source => source.Kind, StringComparer.Ordinal);
    private readonly ConcurrentDictionary<(int Ws, Guid Contact), Lazy<Task<CustomerDataAnswer>>> _asking = new();

    public async ValueTask<bool> IsOn(int ws, CancellationToken ct) => (await connections.Of(ws, ct)).Settings.Enabled;

    public async Task<CustomerDataAnswer> Of(int ws, Guid contact, bool afresh, CancellationToken ct)
    {
        var connection = await connections.Of(ws, ct);
        if (!connection.Settings.Enabled)
            return new CustomerDataAnswer(DataState.Off);
        if (await people.Person(ws, contact, ct) is not { } person)
            return new CustomerDataAnswer(DataState.Unknown);
        var asked = await AskedAbout(ws, person, connection.Settings);
        if (asked.Identities.Count == 0 && connection.Settings.Source != SourceKind.Demo)
            return new CustomerDataAnswer(DataState.Unknown);
        var copy = await CopyOf(ws, asked, ct);
        if (!afresh && copy is not null && clock.GetUtcNow() - copy.At < TimeSpan.FromSeconds(connection.Settings.FreshSeconds))
            return new CustomerDataAnswer(DataState.Fresh, copy.Facts, copy.At);
        // Whoever goes away does not end the call for those who wait for the same.
        var key = (ws, asked.Contact);
        var call = _asking.GetOrAdd(key, _ => new Lazy<Task<CustomerDataAnswer>>(() => Ask(connection, asked, copy)));
        try
        {
            return await call.Value.WaitAsync(ct);
        }
        finally
        {
            if (call.Value.IsCompleted)
                _asking.TryRemove(KeyValuePair.Create(key, call));
        }
    }

    public async Task<OrderAnswer> Order(int ws, Guid contact, string orderId, CancellationToken ct)
    {
        var connection = await connections.Of(ws, ct);
        if (!connection.Settings.Enabled || await people.Person(ws, contact, ct) is not { } person)
            return new OrderAnswer(null);
        var asked = await AskedAbout(ws, person, connection.Settings);
        if (asked.Identities.Count == 0 && connection.Settings.Source != SourceKind.Demo)
            return new OrderAnswer(null);
        var reply = await SourceOf(connection).Ask(connection, new Question("order", asked, OrderId: orderId), ct);
        // An answer about another order than was asked for is no answer.
        return reply.Said is { } said ? new OrderAnswer(said.Order is { } order && order.Id == orderId ? order : null) : new OrderAnswer(null, reply.Trouble);
    }

    public Task<ProductsAnswer> Products(int ws, string query, CancellationToken ct) => ProductsBy(ws, new Question("products", Query: query, Limit: MostProducts), ct);

    public Task<ProductsAnswer> Product(int ws, string productId, CancellationToken ct) => ProductsBy(ws, new Question("product", ProductId: productId), ct);

    public Task ConnectDemo(int ws, CancellationToken ct) => storage.Run(ws, async (unit, stop) =>
    {
        if (await unit.Db.Table<CustomerDataSetting>().AnyAsync(row => row.Ws == ws, stop))
            return false;
        unit.Db.Table<CustomerDataSetting>().Add(new CustomerDataSetting { Ws = ws, Settings = new CustomerDataSettings(Enabled: true, Source: SourceKind.Demo, Dictionary: DemoOrders.Words).ToJson(), ChangedAt = unit.Ids.Now() });
        await Identity.Audit.Record(unit, Identity.AuditBy.System(ws), "customer_data.changed", "workspace", null, new { source = SourceKind.Demo, enabled = true }, stop);
        unit.AfterCommit(() => connections.Forget(ws));
        return true;
    }, ct);

    private ICustomerDataSource SourceOf(Connection connection) => _sources[connection.Settings.Source];

    private async Task<ProductsAnswer> ProductsBy(int ws, Question question, CancellationToken ct)
    {
        var connection = await connections.Of(ws, ct);
        if (!connection.Settings.Enabled)
            return new ProductsAnswer([]);
        var reply = await SourceOf(connection).Ask(connection, question, ct);
        return new ProductsAnswer(reply.Said?.Products ?? [], reply.Trouble);
    }

    private async Task<AskedPerson> AskedAbout(int ws, PersonIdentities person, CustomerDataSettings settings)
    {
        var named = new List<AskedIdentity>();
        foreach (var one in person.Identities)
            named.Add(new(one.Kind, one.Value, one.Verified, one.ChannelId, one is { Kind: AskingRules.Channel, ChannelId: { } channel } ? (await channels.Of(ws, channel)).Kind : null));
        return new AskedPerson(person.Contact, AskingRules.Choose(named, settings.Unverified));
    }

    private async Task<CustomerDataAnswer> Ask(Connection connection, AskedPerson asked, Copy? copy)
    {
        var reply = await SourceOf(connection).Ask(connection, new Question("customer", asked, Limit: MostOrders), CancellationToken.None);
        if (reply.Said is not { } said)
            return copy is null ? new CustomerDataAnswer(DataState.Failed, null, null, reply.Trouble) : new CustomerDataAnswer(DataState.Stale, copy.Facts, copy.At, reply.Trouble);
        var facts = new CustomerFacts(said.User, [.. (said.Orders ?? []).OrderByDescending(order => order.CreatedAt)]);
        var now = clock.GetUtcNow();
        await Keep(connection.Ws, asked, facts, now.ToUnixTimeMilliseconds());
        return new CustomerDataAnswer(DataState.Fresh, facts, now);
    }

    private sealed record Copy(CustomerFacts Facts, DateTimeOffset At);

    /// <param name="By">Hash of what they were asked for by: after a merge or its undoing it is not this person's any more.</param>
    private sealed record Kept(string By, CustomerFacts Facts);

    private async Task<Copy?> CopyOf(int ws, AskedPerson asked, CancellationToken ct)
    {
        await using var db = storage.Read(ws);
        var row = await db.Visible(Scope<CustomerDataCopy>.Workspace(ws)).SingleOrDefaultAsync(row => row.ContactId == asked.Contact, ct);
        if (row is null)
            return null;
        var ring = await vault.Load(ws, [asked.Contact], ct);
        if (ring.Text(CustomerDataCopy.Place(asked.Contact), row.Sealed, out _) is not { } json)
            return null;
        var kept = JsonSerializer.Deserialize<Kept>(json, TolerantJson.Options)!;
        return kept.By == HashOf(asked) ? new Copy(kept.Facts, DateTimeOffset.FromUnixTimeMilliseconds(row.FetchedAt)) : null;
    }

    private Task<bool> Keep(int ws, AskedPerson asked, CustomerFacts facts, long at)
    {
        var json = JsonSerializer.Serialize(new Kept(HashOf(asked), facts), TolerantJson.Options);
        return storage.Run(ws, async (unit, stop) =>
        {
            var ring = await vault.Load(unit, ws, [asked.Contact], stop);
            if (ring.Of(asked.Contact) is not { } key)
                return false; // erased while the other side was thinking
            var sealedJson = key.Seal(CustomerDataCopy.Place(asked.Contact), json);
            var changed = await unit.Db.Visible(Scope<CustomerDataCopy>.Workspace(ws)).Where(row => row.ContactId == asked.Contact)
                .ExecuteUpdateAsync(set => set.SetProperty(row => row.Sealed, sealedJson).SetProperty(row => row.FetchedAt, at), stop);
            if (changed == 0)
                unit.Db.Add(new CustomerDataCopy { Ws = ws, ContactId = asked.Contact, Sealed = sealedJson, FetchedAt = at });
            await unit.Db.SaveChangesAsync(stop);
            return true;
        }, CancellationToken.None);
    }

    private static string HashOf(AskedPerson asked) => Convert.ToHexStringLower(SHA256.HashData(
        Encoding.UTF8.GetBytes(string.Join('\n', asked.Identities.Select(one => $"{one.Kind}|{one.Value}|{one.Verified}|{one.Channel}")))));
}
