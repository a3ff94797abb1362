using System.Diagnostics;
using Microsoft.EntityFrameworkCore;
using Queqiao.Server.CustomerData.Asking;
using Queqiao.Server.CustomerData.Storage;
using Queqiao.Server.Identity;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.I18n;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Security;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.CustomerData.Configuring;

/// <summary><c>/api/v1/customer-data/settings</c>: which system is asked, and a call to try it.</summary>
internal static class SettingsEndpoints
{
    /// <param name="HasSecret">The secret itself is shown once, when it is made.</param>
    public sealed record View(CustomerDataSettings Settings, bool HasSecret);

    public sealed record NewSecret(string Secret);

    /// <param name="Kind">By what the firm's system may know them: <c>user</c>, <c>phone</c> …</param>
    public sealed record TestRequest(string Kind, string Value);

    /// <param name="Trouble">Null: it answered as agreed.</param>
    /// <param name="Message">The trouble in words.</param>
    /// <param name="Faults">What in the answer is not as agreed.</param>
    public sealed record TestAnswer(bool Ok, long Milliseconds, bool UserFound, int Orders, DataTrouble? Trouble, string? Message, IReadOnlyList<TestFault> Faults);

    public sealed record TestFault(string Path, string Message);

    public static async Task<IResult> Show(Actor actor, Connections connections, CancellationToken ct)
    {
        var connection = await connections.Of(actor.Ws, ct);
        return TypedResults.Ok(new View(connection.Settings with { Dictionary = connection.Settings.Dictionary ?? [] }, connection.Secret is not null));
    }

    /// <summary>All of them at once: what is left out has its default.</summary>
    public static async Task<IResult> Change(CustomerDataSettings request, Actor actor, Connections connections, IStorageEngine storage, HttpContext context, CancellationToken ct)
    {
        var no = await storage.Run(actor.Ws, async (unit, stop) =>
        {
            var row = await unit.Db.Table<CustomerDataSetting>().SingleOrDefaultAsync(row => row.Ws == actor.Ws, stop);
            if (request.Check(row?.Secret is not null) is { } invalid)
                return invalid;
            if (row is null)
                unit.Db.Table<CustomerDataSetting>().Add(row = new CustomerDataSetting { Ws = actor.Ws, Settings = "", ChangedAt = 0 });
            (row.Settings, row.ChangedAt) = (request.ToJson(), unit.Ids.Now());
            unit.AfterCommit(() => connections.Forget(actor.Ws));
            await Audit.Record(unit, AuditBy.Agent(actor, context), "customer_data.changed", "workspace", null,
                new { request.Enabled, request.Source, request.Url, request.TimeoutMs, request.FreshSeconds, request.KeepDays, request.Unverified, dictionary = request.Dictionary?.Count ?? 0 }, stop);
            return null;
        }, ct);
        return no is not null ? no.ToProblem() : await Show(actor, connections, ct);
    }

    /// <summary>The one before stops to count at once: the firm's system has to be told first, or waits.</summary>
    public static async Task<IResult> Renew(Actor actor, Connections connections, IStorageEngine storage, HttpContext context, CancellationToken ct)
    {
        var secret = TokenText.New();
        await storage.Run(actor.Ws, async (unit, stop) =>
        {
            var row = await unit.Db.Table<CustomerDataSetting>().SingleOrDefaultAsync(row => row.Ws == actor.Ws, stop);
            if (row is null)
                unit.Db.Table<CustomerDataSetting>().Add(row = new CustomerDataSetting { Ws = actor.Ws, Settings = CustomerDataSettings.None.ToJson(), ChangedAt = 0 });
            (row.Secret, row.ChangedAt) = (connections.Seal(actor.Ws, secret), unit.Ids.Now());
            unit.AfterCommit(() => connections.Forget(actor.Ws));
            await Audit.Record(unit, AuditBy.Agent(actor, context), "customer_data.secret_renewed", "workspace", null, null, stop);
            return true;
        }, ct);
        return TypedResults.Ok(new NewSecret(secret.Reveal()));
    }

    /// <summary>Asks as it is set now, about somebody whom the administrator names. Nothing is kept, and nothing personal comes back.</summary>
    public static async Task<IResult> Test(TestRequest request, Actor actor, Connections connections, IEnumerable<ICustomerDataSource> sources, IStorageEngine storage, HttpContext context, CancellationToken ct)
    {
        if (request.Kind.Length is 0 or > 32 || request.Value.Length > 254)
            return Refusal.Invalid("value", "too_long", 254).ToProblem();
        if (string.IsNullOrWhiteSpace(request.Value))
            return Refusal.Invalid("value", "required").ToProblem();
        var connection = await connections.Of(actor.Ws, ct);
        if (connection.Settings is { Source: SourceKind.Http, Url.Length: 0 })
            return Refusal.Conflict("customer_data_no_url").ToProblem();
        if (connection is { Settings.Source: SourceKind.Http, Secret: null })
            return Refusal.Conflict("customer_data_secret_needed").ToProblem();
        await Audit.Reading(storage, actor, context, "customer_data.tested", "workspace", null, new { request.Kind }, ct);
        var began = Stopwatch.GetTimestamp();
        var person = new AskedPerson(Guid.Empty, [new AskedIdentity(request.Kind, request.Value.Trim(), Verified: true)]);
        var reply = await sources.Single(source => source.Kind == connection.Settings.Source).Ask(connection, new Question("customer", person, Limit: 20), ct);
        var took = (long)Stopwatch.GetElapsedTime(began).TotalMilliseconds;
        var locale = Locale.Of(context);
        return TypedResults.Ok(new TestAnswer(
            reply.Said is not null, took, reply.Said?.User is not null, reply.Said?.Orders?.Count ?? 0, reply.Trouble,
            reply.Trouble is { } trouble ? Messages.Text(locale, trouble.Code, trouble.Detail ?? "") : null,
            [.. (reply.Faults ?? []).Select(fault => new TestFault(fault.Path, Messages.Text(locale, fault.Code)))]));
    }
}
