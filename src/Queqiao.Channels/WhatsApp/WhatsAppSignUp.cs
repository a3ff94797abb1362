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
    private const int MostPages = 20;

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
        var left = number.Account is { } account ? await login.Subscribe(account, token.Value, null, context, ct) : NotSubscribed;
        left = Both(left, await Register(number.About, token.Value, context, ct));
        return Consent.Granted(number.About["verified_name"].Filled ?? number.About["display_phone_number"].Filled, token.Until, left,
            [("accessToken", token.Value), .. number.About["id"].Filled is { } id ? [("phoneNumberId", id)] : Array.Empty<(string, string)>()]);
    }

    /// <summary>The number that the settings name, or the only one there is, among those of the accounts that the token is for.</summary>
    private async Task<(Number? Number, AuthorisationOutcome.Denied? Denied)> Find(string token, ChannelContext context, CancellationToken ct)
    {
        var wanted = context.Settings.Has("phoneNumberId") ? context.Settings["phoneNumberId"] : null;
        var numbers = new List<Number>();
        var (accounts, unread) = await Accounts(token, context, ct);
        foreach (var account in accounts)
        {
            var (found, refused) = await Numbers(account, token, context, ct);
            unread ??= refused;
            numbers.AddRange(found.Where(one => wanted is null || one["id"].Text == wanted).Select(one => new Number(account, one)));
        }
        if (wanted is not null && numbers is [var named, ..])
            return (named, null);
        if (wanted is null && numbers.Count != 1)
            return (null, numbers.Count > 1 ? new AuthorisationOutcome.Denied(ManyNumbers) : unread ?? new AuthorisationOutcome.Denied(accounts.Count == 0 ? NoAccount : NoNumber));
        if (wanted is null)
            return unread is null ? (numbers[0], null) : (null, unread); // the only one that could be seen need not be the only one there is
        var (about, denied) = await login.Get(Uri.EscapeDataString(wanted) + "?fields=" + Fields, token, context, ct);
        return denied is null ? (new Number(null, about), null) : (null, denied);
    }

    private const string Fields = "id,display_phone_number,verified_name,platform_type,code_verification_status";

    /// <summary>All numbers of an account: they come in pages.</summary>
    private async Task<(List<Node> Numbers, AuthorisationOutcome.Denied? Refused)> Numbers(string account, string token, ChannelContext context, CancellationToken ct)
    {
        var (numbers, after) = (new List<Node>(), "");
        for (var page = 0; page < MostPages; page++)
        {
            var (found, refused) = await login.Get($"{Uri.EscapeDataString(account)}/phone_numbers?fields={Fields}&limit=100{after}", token, context, ct);
            if (refused is not null)
                return (numbers, refused);
            numbers.AddRange(found["data"].Items);
            if (found["paging"]["next"].Filled is null || found["paging"]["cursors"]["after"].Filled is not { } cursor)
                break;
            after = "&after=" + Uri.EscapeDataString(cursor);
        }
        return (numbers, null);
    }

    /// <summary>For which business accounts the token is, as Meta says to the app itself. Only by an address: it goes to the platform alone.</summary>
    private async Task<(IReadOnlyList<string> Ids, AuthorisationOutcome.Denied? Refused)> Accounts(string token, ChannelContext context, CancellationToken ct)
    {
        var (told, refused) = await login.Get("debug_token?" + Form.Write([("input_token", token)]), context.Settings["appId"] + "|" + context.Settings["appSecret"], context, ct);
        return ([.. told["data"]["granular_scopes"].Items.Where(one => one["scope"].Text is "whatsapp_business_management" or "whatsapp_business_messaging")
            .SelectMany(one => one["target_ids"].Items).Select(id => id.Filled).OfType<string>().Distinct().Take(MostAccounts)], refused);
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

    private static Words? Both(Words? first, Words? second) => first is null || second is null ? first ?? second : new($"{first.Zh}；{second.Zh}", $"{first.En}; {second.En}");

    /// <summary>The number is there, but not to which account it belongs: without its subscription no message comes.</summary>
    private static readonly Words NotSubscribed = new("没能查到号码所属的 WhatsApp 商业账号，账号还没有订阅到应用，收不到消息：请在 Meta 后台订阅该账号（subscribed_apps），或用能管理该账号的身份再次授权",
        "The WhatsApp Business account of the number could not be found, so the app is not subscribed to it and no messages will come: subscribe the account in Meta's console (subscribed_apps), or authorise again as somebody who manages it");

    private static readonly Failure NoAccount = new(ErrorClass.Config, "no_account", new("授权没有包含任何 WhatsApp 商业账号，请再次授权并选择账号，或先填写电话号码编号", "The authorisation covers no WhatsApp Business account; authorise again and choose one, or enter the phone number's ID first"));
    private static readonly Failure ManyNumbers = new(ErrorClass.Config, "many_numbers", new("授权的账号有多个号码，请先填写电话号码编号", "The account has several numbers; enter the phone number's ID first"));
    private static readonly Failure NoNumber = new(ErrorClass.Config, "no_number", new("授权的账号下没有电话号码", "The account that was authorised has no phone number"));
}
