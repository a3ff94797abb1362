namespace Queqiao.Mail.Smtp;

/// <summary>What to do about a mail that was not taken.</summary>
public enum SmtpVerdict
{
    /// <summary>Try again, in minutes.</summary>
    Later,

    /// <summary>Too much or too fast: try again, later than usual.</summary>
    SlowDown,

    /// <summary>The way in is closed: user, password, token.</summary>
    SignIn,

    /// <summary>The server does not do this for us: sender not allowed, no relaying, blocked, a rule of theirs. Somebody has to change something.</summary>
    Policy,

    /// <summary>This address takes no mail.</summary>
    NoSuchAddress,

    TooLarge,

    /// <summary>Never, for another reason.</summary>
    Final,
}

/// <param name="Code">Of the answer; 0: none came.</param>
/// <param name="Status">Of RFC 3463; null: not said.</param>
/// <param name="Said">The server's words on one line.</param>
public sealed record SmtpFailure(SmtpVerdict Verdict, int Code, string? Status, string Said)
{
    public bool IsFinal => Verdict is not (SmtpVerdict.Later or SmtpVerdict.SlowDown);

    /// <summary>What an answer means. The class of the status counts before that of the code: servers say "550 4.7.1".</summary>
    internal static SmtpFailure Of(SmtpReply reply)
    {
        var status = reply.Status;
        var isFinal = status is null ? reply.Code >= 500 : status[0] == '5';
        var detail = status?[2..] ?? "";
        var verdict = (reply.Code, detail) switch
        {
            (535 or 530 or 534 or 538 or 454, _) when reply.Code != 454 || detail == "7.0" => SmtpVerdict.SignIn,
            (_, "7.8" or "7.9") when isFinal => SmtpVerdict.SignIn,
            (552, "") or (_, "3.4" or "2.3") when isFinal => SmtpVerdict.TooLarge,
            (421, _) or (_, "7.28" or "3.2" or "4.5" or "2.1") when !isFinal => SmtpVerdict.SlowDown,
            (452 or 450, "") when Slow(reply.Said) => SmtpVerdict.SlowDown,
            (_, _) when !isFinal => SmtpVerdict.Later,
            (_, "1.1" or "1.2" or "1.3" or "1.6" or "1.10" or "2.1") => SmtpVerdict.NoSuchAddress,
            (_, ['7', '.', ..]) or (_, "1.7" or "1.8") => SmtpVerdict.Policy,
            (550 or 551 or 553, "") => SmtpVerdict.NoSuchAddress,
            _ => SmtpVerdict.Final,
        };
        return new SmtpFailure(verdict, reply.Code, status, reply.Said);
    }

    private static bool Slow(string said) => said.Contains("too many", StringComparison.OrdinalIgnoreCase) || said.Contains("rate", StringComparison.OrdinalIgnoreCase) || said.Contains("frequen", StringComparison.OrdinalIgnoreCase);
}

/// <param name="Address">Of a recipient.</param>
public sealed record RefusedRecipient(string Address, SmtpFailure Failure);

/// <summary>What became of a mail: taken for some, refused for others, or for everybody.</summary>
/// <param name="Failure">Null: the server took it for whoever is not in <paramref name="Refused"/>.</param>
/// <param name="Said">What the server called it: mostly its queue id.</param>
public sealed record SmtpOutcome(SmtpFailure? Failure, IReadOnlyList<RefusedRecipient> Refused, string? Said)
{
    public bool IsTaken => Failure is null;
}

/// <param name="From">Where reports go; empty: nowhere, for reports and automatic answers.</param>
public sealed record SmtpEnvelope(string From, IReadOnlyList<string> To)
{
    /// <summary>Asks for reports of failures under this name (RFC 3461): 1 to 100 visible characters. Null: as the servers like.</summary>
    public string? ReportAs { get; init; }
}
