using Queqiao.Server.Channels.Push.Sending;
using Queqiao.Server.Channels.Web;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Json;
using Queqiao.Server.Platform.Problems;

namespace Queqiao.Server.Channels.Push;

/// <summary><c>/widget/v1/push</c>: an app says on which phone it runs, and when it no longer wants to be told there.</summary>
internal static class VisitorPush
{
    private const int MostToken = 4096;

    public static void Map(IEndpointRouteBuilder app)
    {
        var push = app.MapGroup("/widget/v1/push").WithTags("Visitor");
        push.MapPost("", Register).IsPublic().TakesQuery().WithSummary("Tell this phone of new messages while the chat is closed");
        push.MapPost("/forget", Forget).IsPublic().TakesQuery().WithSummary("Tell this phone no longer");
    }

    /// <param name="Vendor">Who issued the token: fcm, apns, or the firm's own word (huawei, xiaomi, oppo, vivo …).</param>
    /// <param name="Locale">zh-CN or en.</param>
    internal sealed record Device(string? Vendor, string? Token, string? Locale = null);

    private static async Task<IResult> Register(TolerantBody<Device> body, HttpContext context, VisitorAccess access, PushDevices devices, CancellationToken ct)
    {
        if (Check(body.Value) is { } wrong)
            return wrong.ToProblem();
        var (who, refusal) = await access.Admit(context);
        if (who is null)
            return refusal!.ToProblem();
        var locale = body.Value.Locale is { Length: <= 35 } asked ? Platform.I18n.Locale.FromTag(asked).Tag : null;
        return await devices.Register(who.Customer, body.Value.Vendor!, body.Value.Token!, locale, ct) is { } no ? no.ToProblem() : TypedResults.NoContent();
    }

    private static async Task<IResult> Forget(TolerantBody<Device> body, HttpContext context, VisitorAccess access, PushDevices devices, CancellationToken ct)
    {
        if (Check(body.Value) is { } wrong)
            return wrong.ToProblem();
        var (who, refusal) = await access.Admit(context);
        if (who is null)
            return refusal!.ToProblem();
        await devices.Forget(who.Customer, body.Value.Vendor!, body.Value.Token!, ct);
        return TypedResults.NoContent();
    }

    private static Refusal? Check(Device device) => device switch
    {
        { Vendor: not { Length: > 0 and <= 32 } } => Refusal.Invalid("vendor", "required"),
        { Vendor: { } vendor } when !vendor.All(letter => char.IsAsciiLetterLower(letter) || char.IsAsciiDigit(letter) || letter is '-' or '_') => Refusal.Invalid("vendor", "invalid_format"),
        { Token: not { Length: > 0 } } => Refusal.Invalid("token", "required"),
        { Token.Length: > MostToken } => Refusal.Invalid("token", "too_long", MostToken),
        { Token: { } token } when token.Any(letter => letter is <= ' ' or > '~') => Refusal.Invalid("token", "invalid_format"),
        _ => null,
    };
}
