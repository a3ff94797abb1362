using System.Security.Cryptography;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Idempotency.Storage;
using Queqiao.Server.Platform.Keys;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Platform.Idempotency;

/// <summary>
/// The first request with a key is done and its answer kept, sealed, for a day; the same request again gets that answer, another
/// one with the same key a 409. A request whose server died half-way may be done again after a minute: that it was done is only
/// known once its answer is kept.
/// </summary>
internal sealed class IdempotentRequests(IStorageEngine storage, IVault vault, TimeProvider clock)
{
    public const string Header = "Idempotency-Key";
    public static readonly TimeSpan KeptFor = TimeSpan.FromHours(24);
    private static readonly TimeSpan GivenUpAfter = TimeSpan.FromMinutes(1);
    private const int MostKey = 200;
    private const int MostBody = 1024 * 1024;
    private const string Purpose = "idempotent answer";

    public static bool Takes(HttpContext context) =>
        context.Request.Headers.ContainsKey(Header)
        && context.Request.Path.StartsWithSegments("/api/v1", StringComparison.Ordinal)
        && (HttpMethods.IsPost(context.Request.Method) || HttpMethods.IsPut(context.Request.Method) || HttpMethods.IsPatch(context.Request.Method) || HttpMethods.IsDelete(context.Request.Method))
        && context.GetEndpoint()?.Metadata.GetMetadata<KeyOfItsOwn>() is null;

    public async Task Run(HttpContext context, Actor actor, RequestDelegate next)
    {
        var given = context.Request.Headers[Header].ToString();
        if (given.Length is 0 or > MostKey || given.Any(letter => letter is < '!' or > '~'))
        {
            await Refusal.BadRequest("invalid_idempotency_key", MostKey).ToProblem().ExecuteAsync(context);
            return;
        }
        if (await Hash(context.Request) is not { } request)
        {
            await new Refusal(StatusCodes.Status413PayloadTooLarge, "payload_too_large").ToProblem().ExecuteAsync(context);
            return;
        }
        var key = Short(Encoding.UTF8.GetBytes($"{actor.AgentId}:{given}"));
        if (await Begin(actor.Ws, key, request, context.RequestAborted) is { } known)
            await Answer(context, known, request);
        else
            await Do(context, actor.Ws, key, next);
    }

    /// <summary>Null: the key is ours now, the request is to be done. Else what is known of it.</summary>
    private Task<IdempotencyRow?> Begin(int ws, Guid key, Guid request, CancellationToken ct) => storage.Run<IdempotencyRow?>(ws, async (unit, stop) =>
    {
        var now = unit.Ids.Now();
        var table = unit.Db.Table<IdempotencyRow>();
        if (await table.SingleOrDefaultAsync(row => row.Ws == ws && row.Key == key, stop) is { } known)
        {
            var age = now - known.CreatedAt;
            if (age < KeptFor.TotalMilliseconds && (known.Status is not null || age < GivenUpAfter.TotalMilliseconds))
                return known;
            table.Remove(known);
            await unit.Db.SaveChangesAsync(stop);
        }
        var mine = new IdempotencyRow { Ws = ws, Key = key, Request = request, CreatedAt = now };
        table.Add(mine);
        try
        {
            await unit.Db.SaveChangesAsync(stop);
            return null;
        }
        catch (DbUpdateException trouble) when (trouble.IsDuplicate())
        {
            unit.Abandon();
            return mine; // somebody was quicker by a moment: as one that is still at work
        }
    }, ct);

    private async Task Do(HttpContext context, int ws, Guid key, RequestDelegate next)
    {
        var (response, real) = (context.Response, context.Response.Body);
        using var kept = new MemoryStream();
        response.Body = kept;
        var isDone = false;
        try
        {
            await next(context);
            isDone = response.StatusCode < 500 && response.StatusCode is not (StatusCodes.Status408RequestTimeout or StatusCodes.Status429TooManyRequests) && kept.Length <= MostBody;
        }
        finally
        {
            response.Body = real;
            // Kept before it is told: who never hears the answer asks again.
            await (isDone ? Keep(ws, key, response, kept.ToArray()) : Forget(ws, key));
        }
        kept.Position = 0;
        await kept.CopyToAsync(real, context.RequestAborted);
    }

    private Task<bool> Keep(int ws, Guid key, HttpResponse response, byte[] body) => storage.Run(ws, async (unit, stop) =>
    {
        var answer = body.Length == 0 ? null : vault.Seal(ws, Purpose, body, key);
        var (status, type, location) = (response.StatusCode, response.ContentType, response.Headers.Location.ToString());
        await unit.Db.Table<IdempotencyRow>().Where(row => row.Ws == ws && row.Key == key).ExecuteUpdateAsync(set => set
            .SetProperty(row => row.Status, status)
            .SetProperty(row => row.ContentType, type)
            .SetProperty(row => row.Location, location.Length == 0 ? null : location)
            .SetProperty(row => row.Answer, answer), stop);
        return true;
    }, CancellationToken.None);

    private Task<bool> Forget(int ws, Guid key) => storage.Run(ws, async (unit, stop) =>
        await unit.Db.Table<IdempotencyRow>().Where(row => row.Ws == ws && row.Key == key).ExecuteDeleteAsync(stop) > 0, CancellationToken.None);

    private async Task Answer(HttpContext context, IdempotencyRow known, Guid request)
    {
        if (known.Request != request)
            await Refusal.Conflict("idempotency_key_reused").ToProblem().ExecuteAsync(context);
        else if (known.Status is not { } status)
            await (Refusal.Conflict("idempotency_in_progress") with { RetryAfter = TimeSpan.FromSeconds(1) }).ToProblem().ExecuteAsync(context);
        else
        {
            context.Response.StatusCode = status;
            context.Response.Headers["Idempotency-Replayed"] = "true";
            if (known.Location is not null)
                context.Response.Headers.Location = known.Location;
            if (known.Answer is not { } kept)
                return;
            var body = vault.Open(known.Ws, Purpose, kept, known.Key);
            context.Response.ContentType = known.ContentType;
            context.Response.ContentLength = body.Length;
            await context.Response.Body.WriteAsync(body, context.RequestAborted);
        }
    }

    /// <summary>Of everything that makes the request what it is; null when it is too large to look at twice.</summary>
    private static async Task<Guid?> Hash(HttpRequest request)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes($"{request.Method} {request.Path}{request.QueryString}\n"));
        request.EnableBuffering(bufferThreshold: 64 * 1024, bufferLimit: MostBody + 1);
        var buffer = new byte[16 * 1024];
        var length = 0;
        try
        {
            for (int read; (read = await request.Body.ReadAsync(buffer, request.HttpContext.RequestAborted)) > 0; length += read)
                hash.AppendData(buffer, 0, read);
        }
        catch (IOException) when (length >= MostBody - buffer.Length)
        {
            return null;
        }
        request.Body.Position = 0;
        return length > MostBody ? null : new Guid(hash.GetHashAndReset().AsSpan(0, 16));
    }

    private static Guid Short(byte[] text) => new(SHA256.HashData(text).AsSpan(0, 16));

    /// <summary>What was kept long enough; how many it were.</summary>
    public Task<int> ForgetOld(CancellationToken ct) => storage.RunSystem(async (unit, stop) =>
    {
        var before = clock.GetUtcNow().ToUnixTimeMilliseconds() - (long)KeptFor.TotalMilliseconds;
        return await unit.Db.Table<IdempotencyRow>().Where(row => row.CreatedAt < before).ExecuteDeleteAsync(stop);
    }, ct);
}
