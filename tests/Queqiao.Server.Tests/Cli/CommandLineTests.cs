using Queqiao.Server.Cli;
using Queqiao.Server.Platform.I18n;

namespace Queqiao.Server.Tests.Cli;

public sealed class CommandLineTests
{
    private static Command Parse(string line, params (string Name, string Value)[] variables) =>
        CommandLine.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries), name => variables.FirstOrDefault(v => v.Name == name).Value);

    [Fact]
    public void Without_anything_it_serves_on_the_default_address_with_data_beside_it()
    {
        var serve = Assert.IsType<Command.Serve>(Parse(""));
        Assert.Equal(["--urls=http://localhost:5080"], serve.Arguments);
        Assert.Equal((Path.GetFullPath("data"), null, false), (serve.Storage.DataFolder, serve.Storage.Database, serve.Demo));
    }

    [Theory]
    [InlineData("--data /a --demo")]
    [InlineData("serve --data=/a --demo=on")]
    [InlineData("serve --demo --data /a")]
    public void Options_are_written_with_a_space_or_an_equals_sign(string line)
    {
        var serve = Assert.IsType<Command.Serve>(Parse(line));
        Assert.Equal(("/a", true), (serve.Storage.DataFolder, serve.Demo));
    }

    [Fact]
    public void The_environment_says_what_the_command_line_does_not()
    {
        var serve = Assert.IsType<Command.Serve>(Parse("--demo=off", ("QUEQIAO_DATA", "/a"), ("QUEQIAO_DATABASE", "Host=x"), ("QUEQIAO_DEMO", "1"), ("ASPNETCORE_URLS", "http://*:80")));
        Assert.Equal(("/a", "Host=x", false), (serve.Storage.DataFolder, serve.Storage.Database, serve.Demo));
        Assert.DoesNotContain(serve.Arguments, argument => argument.StartsWith("--urls", StringComparison.Ordinal));
        Assert.Equal("/b", Assert.IsType<Command.Serve>(Parse("--data /b", ("QUEQIAO_DATA", "/a"))).Storage.DataFolder);
    }

    [Fact]
    public void What_belongs_to_the_host_is_passed_on()
    {
        var serve = Assert.IsType<Command.Serve>(Parse("--certificate c.pem --allow-http-sign-in --public-url https://a.example"));
        Assert.Equal(
            ["--certificate=c.pem", "--allow-http-sign-in=true", "--public-url=https://a.example", "--urls=https://localhost:5080"], serve.Arguments);
    }

    [Fact]
    public void An_account_is_described_by_options()
    {
        var add = Assert.IsType<Command.UserAdd>(Parse("user add --email a@b.example --password - --role owner --name Lin --locale en --data /a"));
        Assert.Equal(("a@b.example", "-", "owner", "Lin", "en", "/a"), (add.Email, add.Password, add.Role, add.Name, add.Locale, add.Storage.DataFolder));
    }

    [Theory]
    [InlineData("frobnicate", "cli_unknown_verb")]
    [InlineData("user", "cli_unknown_verb")]
    [InlineData("user remove", "cli_unknown_verb")]
    [InlineData("serve now", "cli_unknown_verb")]
    [InlineData("--frobnicate", "cli_unknown_option")]
    [InlineData("-d", "cli_unknown_option")]
    [InlineData("--data /a b", "cli_unknown_option")]
    [InlineData("migrate --demo", "cli_unknown_option")]
    [InlineData("reindex --empty=maybe", "cli_not_on_or_off")]
    [InlineData("version --demo", "cli_unknown_option")]
    [InlineData("--data", "cli_missing_value")]
    [InlineData("--urls localhost:5080", "cli_not_a_url")]
    [InlineData("--urls http://*:80;ftp://x", "cli_not_a_url")]
    [InlineData("--data --demo", "cli_missing_value")]
    [InlineData("--data a --data b", "cli_option_twice")]
    [InlineData("--demo=perhaps", "cli_not_on_or_off")]
    [InlineData("user add --email a@b.example --role owner", "cli_missing_option")]
    [InlineData("eval", "cli_unknown_verb")]
    [InlineData("eval guess --test a --out b", "cli_unknown_verb")]
    [InlineData("eval classify --test a --out b", "cli_missing_option")]
    [InlineData("eval classify --train a --out b", "cli_missing_option")]
    [InlineData("eval cluster --input a --clusters none --out b", "cli_not_a_number")]
    public void What_cannot_be_meant_is_said(string line, string code) => Assert.Equal(code, Assert.IsType<Command.Wrong>(Parse(line)).Code);

    [Theory]
    [InlineData("version", typeof(Command.Version))]
    [InlineData("--version", typeof(Command.Version))]
    [InlineData("help", typeof(Command.Help))]
    [InlineData("user add --help", typeof(Command.Help))]
    [InlineData("-h", typeof(Command.Help))]
    [InlineData("migrate --data /a", typeof(Command.Migrate))]
    [InlineData("reindex --data /a --empty", typeof(Command.Reindex))]
    public void Verbs_are_known(string line, Type expected) => Assert.IsType(expected, Parse(line));

    [Fact]
    public void An_evaluation_takes_any_number_of_training_files()
    {
        var command = Assert.IsType<Command.Evaluate>(Parse("eval classify --train a.tsv b.tsv.gz --test c.tsv --train=d.tsv --out e"));
        Assert.Equal(["a.tsv", "b.tsv.gz", "d.tsv"], command.Train);
        Assert.Equal(("classify", "c.tsv", "e"), (command.What, command.Test, command.Out));
    }

    [Theory]
    [InlineData("zh_CN.UTF-8", null, "zh-CN")]
    [InlineData("zh_CN.UTF-8", "en_GB.UTF-8", "en")]
    [InlineData("C", null, "en")]
    [InlineData("de_DE.UTF-8", null, "en")]
    public void The_language_is_that_of_the_environment(string lang, string? all, string expected) =>
        Assert.Equal(expected, Terminal.LocaleOf(name => name switch { "LANG" => lang, "LC_ALL" => all, _ => null }).Tag);

    [Theory]
    [InlineData("10.0.6", false, "refused")]
    [InlineData("9.0.11", false, "refused")]
    [InlineData("10.0.7", true, "warned")]
    [InlineData("10.0.12", true, "silent")]
    [InlineData("11.0.0", true, "silent")]
    public void Old_runtimes_do_not_serve(string runtime, bool serves, string how)
    {
        var error = new StringWriter();
        Assert.Equal(serves, RuntimeFloor.Check(Version.Parse(runtime), new Terminal(TextReader.Null, TextWriter.Null, error, Locale.En)));
        Assert.Equal(how == "silent", error.ToString().Length == 0);
    }
}
