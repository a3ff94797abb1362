using System.Text.RegularExpressions;
using Queqiao.Server.Platform.I18n;

namespace Queqiao.Server.Tests.Platform.I18n;

public sealed partial class MessagesTests
{
    [Fact]
    public void Both_languages_have_the_same_codes_with_the_same_placeholders()
    {
        var zh = Messages.All(Locale.ZhCn);
        var en = Messages.All(Locale.En);
        Assert.Equal(zh.Keys.Order(StringComparer.Ordinal), en.Keys.Order(StringComparer.Ordinal));
        foreach (var (code, text) in zh)
            Assert.Equal((code, Placeholders(text)), (code, Placeholders(en[code])));
    }

    [Fact]
    public void Every_code_that_the_source_refuses_with_has_a_text()
    {
        var used = CodesInSource().ToHashSet(StringComparer.Ordinal);
        Assert.True(used.Count > 20, "the pattern no longer finds the codes in the source");
        Assert.DoesNotContain(used, code => !Messages.Has(Locale.ZhCn, code) || !Messages.Has(Locale.En, code));
    }

    [Fact]
    public void A_code_without_a_text_shows_itself() => Assert.Equal("no_such_code", Messages.Text(Locale.En, "no_such_code", 1));

    [Theory]
    [InlineData(null, "zh-CN")]
    [InlineData("", "zh-CN")]
    [InlineData("fr-FR,fr", "zh-CN")]
    [InlineData("*", "zh-CN")]
    [InlineData("en", "en")]
    [InlineData("en-GB", "en")]
    [InlineData("eng", "zh-CN")]
    [InlineData("zh-TW,en;q=0.9", "zh-CN")]
    [InlineData("zh;q=0.4,en;q=0.5", "en")]
    [InlineData("fr,en;q=0.2", "en")]
    [InlineData("en,zh", "en")]
    [InlineData("zh,en", "zh-CN")]
    [InlineData("en;q=0", "zh-CN")]
    [InlineData("en;q=0.5,*;q=0.8", "zh-CN")]
    [InlineData("en;q=abc;;,,", "zh-CN")]
    public void English_only_when_asked_for(string? header, string tag) => Assert.Equal(tag, Locale.Of([header]).Tag);

    private static string Placeholders(string text) =>
        string.Join(",", Placeholder().Matches(text).Select(m => m.Value).Distinct().Order(StringComparer.Ordinal));

    private static IEnumerable<string> CodesInSource()
    {
        var root = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(root, "Queqiao.slnx")))
            root = Path.GetDirectoryName(root) ?? throw new InvalidOperationException("no solution above the tests");
        return Directory.EnumerateFiles(Path.Combine(root, "src", "Queqiao.Server"), "*.cs", SearchOption.AllDirectories)
            .Where(f => !f.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal))
            .SelectMany(f => Codes().Matches(File.ReadAllText(f)))
            .Select(m => m.Groups["code"].Value);
    }

    // new Refusal(409, "code" · Refusal.Conflict("code" · .Invalid("field", "code" · .And("field", "code" · FieldFault("code" · JsonFault("code" · StorageUnavailableException("code"
    [GeneratedRegex("""(?:new Refusal\([^,()"]+,\s*|Refusal\.(?:Conflict|Forbidden|BadRequest|Unavailable|Unauthenticated)\(\s*|\.(?:Invalid|And)\([^,()]+,\s*|(?:FieldFault|JsonFault|StorageUnavailableException)\(\s*|=> new\(StatusCodes\.\w+,\s*|=> \()"(?<code>[a-z][a-z0-9_]+)"[,)]""")]
    private static partial Regex Codes();

    [GeneratedRegex("""\{\d+\}""")]
    private static partial Regex Placeholder();
}
