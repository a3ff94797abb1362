using System.Globalization;
using Queqiao.Server.Platform.I18n;

namespace Queqiao.Server.Cli;

/// <summary>Where a command reads and writes, and in which language.</summary>
internal sealed record Terminal(TextReader In, TextWriter Out, TextWriter Error, Locale Locale)
{
    public static Terminal Standard() => new(Console.In, Console.Out, Console.Error, LocaleOf(Environment.GetEnvironmentVariable));

    public void Say(string code, params object[] args) => Out.WriteLine(Messages.Text(Locale, code, args));

    public void Complain(string code, params object[] args) => Error.WriteLine(Messages.Text(Locale, code, args));

    /// <summary>By the variables of POSIX in their order (Base Definitions 8.2); where there are none, by the system's language.</summary>
    internal static Locale LocaleOf(Func<string, string?> variable)
    {
        var tag = ((string[])["LC_ALL", "LC_MESSAGES", "LANG"]).Select(variable).FirstOrDefault(value => !string.IsNullOrEmpty(value))
            ?? CultureInfo.CurrentUICulture.Name;
        return tag.StartsWith("zh", StringComparison.OrdinalIgnoreCase) ? Locale.ZhCn : Locale.En;
    }
}
