using System.Text.Json.Nodes;
using Queqiao.Channels.Meta;
using Queqiao.Channels.Reading;
using Queqiao.Channels.Sending;

namespace Queqiao.Channels.WhatsApp;

/// <summary>
/// What follows the consent to WhatsApp, so that nobody has to do it in Meta's console: the account and its number are found, the app
/// is subscribed to the account, and a number that is not there yet is registered.
/// </summary>
internal sealed class WhatsAppSignUp(MetaLogin login)
{
    private const int MostAccounts = 20;

    private sealed record Number(string? Account, Node About);

    public async Task<AuthorisationOutcome> Finish(string code, AuthorisationRequest request, ChannelContext context, CancellationToken ct)
    {
        var (token, denied) = await login.Redeem(code, request, context, ct);
        if (token is { Until: not null, Value: var brief } && !context.Settings.Has("configId"))
            (token, denied) = await login.Lengthen(brief, context, ct); // a person's token: hours become two months
        if (token is null)
            return denied!;
        (var number, denied) = await Find(token.Value, context, ct);
        if (number is null)
            return denied!;
        var left = number.Account is { } account ? await login.Subscribe(account, token.Value, null, context, ct) : null;
        left ??= await Register(number.About, token.Value, context, ct);
        return Consent.Granted(number.About["verified_name"].Filled ?? number.About["display_phone_number"].Filled, token.Until, left,
            [("accessToken", token.Value), .. number.About["id"].Filled is { } id ? [("phoneNumberId", id)] : Array.Empty<(string, string)>()]);
    }

    /// <summary>The number that the settings name, or the only one there is, among those of the accounts that the token is for.</summary>
    private async Task<(Number? Number, AuthorisationOutcome.Denied? Denied)> Find(string token, ChannelContext context, CancellationToken ct)
    {
        var wanted = context.Settings.Has("phoneNumberId") ? context.Settings["phoneNumberId"] : null;
        var numbers = new List<Number>();
        foreach (var account in await Accounts(token, context, ct))
        {
            var (found, _) = await login.Get(Uri.EscapeDataString(account) + "/phone_numbers?fields=" + Fields, token, context, ct);
            numbers.AddRange(found["data"].Items.Where(one => wanted is null || one["id"].Text == wanted).Select(one => new Number(account, one)));
        }
        if (numbers is [var only])
            return (only, null);
        if (wanted is null)
            return (null, new AuthorisationOutcome.Denied(numbers.Count > 1 ? ManyNumbers : NoNumber));
        var (about, denied) = await login.Get(Uri.EscapeDataString(wanted) + "?fields=" + Fields, token, context, ct);
        return denied is null ? (new Number(null, about), null) : (null, denied);
    }

    private const string Fields = "id,display_phone_number,verified_name,platform_type,code_verification_status";

    /// <summary>For which business accounts the token is, as Meta says to the app itself. Only by an address: it goes to the platform alone.</summary>
    private async Task<IReadOnlyList<string>> Accounts(string token, ChannelContext context, CancellationToken ct)
    {
        var (told, _) = await login.Get("debug_token?" + Form.Write([("input_token", token)]), context.Settings["appId"] + "|" + context.Settings["appSecret"], context, ct);
        return [.. told["data"]["granular_scopes"].Items.Where(one => one["scope"].Text is "whatsapp_business_management" or "whatsapp_business_messaging")
            .SelectMany(one => one["target_ids"].Items).Select(id => id.Filled).OfType<string>().Distinct().Take(MostAccounts)];
    }

    /// <summary>A number of the Cloud API is ready; any other one is registered with the PIN of its two-step verification, which a first registration sets.</summary>
    private async Task<Words?> Register(Node number, string token, ChannelContext context, CancellationToken ct)
    {
        if (number["platform_type"].Filled is null or "CLOUD_API" || number["id"].Filled is not { } id)
            return null;
        if (number["code_verification_status"].Text is "NOT_VERIFIED")
            return new("号码还没有验证：请在 WhatsApp 管理工具中用短信或电话验证，然后再次授权", "The number is not verified yet: verify it by SMS or a call in WhatsApp Manager, then authorise again");
        if (!context.Settings.Has("pin"))
            return new("号码还没有注册到 Cloud API：请填写六位 PIN，保存后再次授权", "The number is not registered with the Cloud API yet: enter a PIN of six digits, save, and authorise again");
        return await login.Post(Uri.EscapeDataString(id) + "/register", new JsonObject { ["messaging_product"] = "whatsapp", ["pin"] = context.Settings["pin"] }, token, context, ct) is { Reason: var why }
            ? new($"号码没能注册到 Cloud API（{why.Zh}）：请核对 PIN 后再次授权", $"The number could not be registered with the Cloud API ({why.En}): check the PIN and authorise again")
            : null;
    }

    private static readonly Failure ManyNumbers = new(ErrorClass.Config, "many_numbers", new("授权的账号有多个号码，请先填写电话号码编号", "The account has several numbers; enter the phone number's ID first"));
    private static readonly Failure NoNumber = new(ErrorClass.Config, "no_number", new("授权的账号下没有电话号码", "The account that was authorised has no phone number"));
}
