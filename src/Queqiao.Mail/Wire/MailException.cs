namespace Queqiao.Mail.Wire;

/// <summary>What went wrong with a server, as far as somebody can do something about it.</summary>
public enum MailTrouble
{
    /// <summary>Nobody answers at this host and port.</summary>
    Unreachable,

    /// <summary>No answer in time, or the connection ended in the middle.</summary>
    Lost,

    /// <summary>TLS could not be agreed on; mostly the port speaks something else.</summary>
    Tls,

    /// <summary>The certificate is not valid for this host.</summary>
    Certificate,

    /// <summary>The server does not offer STARTTLS.</summary>
    NoStartTls,

    /// <summary>It does not speak this protocol, or not as the standards say.</summary>
    Protocol,

    /// <summary>It sent more than anybody should have to read.</summary>
    TooMuch,

    /// <summary>User and password, or the token, are not accepted.</summary>
    SignIn,

    /// <summary>None of the ways to sign in that it offers is known here.</summary>
    NoSignIn,

    /// <summary>It understood and says no.</summary>
    Refused,

    /// <summary>It says no for now.</summary>
    Busy,
}

/// <summary>A server that cannot be used. <see cref="Exception.Message"/> never holds a secret.</summary>
public sealed class MailException : IOException
{
    private const int MostWords = 300;

    public MailException(MailTrouble trouble, string? said = null, Exception? inner = null) : base(Clean(said) ?? trouble.ToString(), inner)
    {
        Trouble = trouble;
        Said = Clean(said);
    }

    public MailTrouble Trouble { get; }

    /// <summary>The server's own words on one line; null: it said nothing.</summary>
    public string? Said { get; }

    internal static string? Clean(string? words)
    {
        if (string.IsNullOrWhiteSpace(words))
            return null;
        var plain = string.Concat(words.Select(c => char.IsControl(c) ? ' ' : c)).Trim();
        return plain.Length <= MostWords ? plain : plain[..MostWords];
    }
}
