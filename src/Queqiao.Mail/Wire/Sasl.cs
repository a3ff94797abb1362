using System.Text;

namespace Queqiao.Mail.Wire;

/// <summary>First answers of the ways to sign in, in base64.</summary>
internal static class Sasl
{
    private const char Between = '\u0001';

    /// <summary>RFC 4616.</summary>
    public static string Plain(MailCredentials who) => Base64($"\0{Whole(who.User)}\0{Whole(who.Secret)}");

    /// <summary>Google's and Microsoft's own.</summary>
    public static string XOAuth2(MailCredentials who) => Base64($"user={Whole(who.User)}{Between}auth=Bearer {Whole(who.Secret)}{Between}{Between}");

    /// <summary>RFC 7628.</summary>
    public static string OAuthBearer(MailCredentials who) => Base64($"n,a={Whole(who.User)},{Between}auth=Bearer {Whole(who.Secret)}{Between}{Between}");

    public static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    private static string Whole(string text) =>
        text.AsSpan().IndexOfAny('\0', Between, '\n') < 0 ? text : throw new ArgumentException("Not part of any user's name or secret.", nameof(text));
}
