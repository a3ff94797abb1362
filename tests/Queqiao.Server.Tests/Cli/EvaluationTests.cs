using System.Text.Json;
using Queqiao.Server.Cli.Evaluating;
using Queqiao.Server.Cli;
using Queqiao.Server.Platform.I18n;

namespace Queqiao.Server.Tests.Cli;

/// <summary><c>eval bot</c> as somebody else runs it: with the shop's tables, with what a server exports, and with files that are wrong.</summary>
public sealed class EvaluationTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("queqiao-eval-").FullName;
    private readonly StringWriter _out = new();
    private readonly StringWriter _error = new();

    public void Dispose()
    {
        Directory.Delete(_folder, recursive: true);
        _out.Dispose();
        _error.Dispose();
    }

    [Fact]
    public async Task A_folder_of_tables_answers_questions_in_tables_and_in_JSON()
    {
        Put("shop/faqs.zh.tsv", "faq_id\tcategory\tquestion\tsimilar\tanswer\nq1\tx\t怎么退货？\t我想退货 || 退货流程是什么\t七天内在订单里申请退货。\nq2\tx\t怎么开发票？\t可以开发票吗 || 开票流程\t在订单详情页申请发票。\nq3\tx\t快递几天到？\t多久能送到\t两到四天。\n");
        Put("shop/graph.tsv", "subject\trelation\tobject\n加湿器 H1\t有问题\t不出雾\n不出雾\t原因\t雾化片结垢\n");
        Put("test.tsv", "id\ttext\nt1\t我想退货\nt2\t转人工\n");
        Put("test.jsonl", "{\"id\":\"t1\",\"text\":\"我想退货\",\"label\":\"q1\"}\n\n{\"id\":\"t2\",\"text\":\"转人工\"}\n");
        foreach (var test in (string[])["test.tsv", "test.jsonl"])
        {
            Assert.Equal(0, await Run("shop", test));
            var lines = File.ReadAllLines(Path("out.jsonl")).Select(line => JsonDocument.Parse(line).RootElement).ToList();
            Assert.Equal(["t1 q1", "t2 human"], lines.Select(line => $"{line.GetProperty("id").GetString()} {line.GetProperty("label").GetString()}"));
        }
        Assert.Contains("\"eval\":\"bot\"", _out.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_server_exports_answers_as_its_bot_does()
    {
        Put("export/faqs.csv", "\ufeffkey,category,question,similar,answer,language,channel,audience,keywords,valid_from,valid_to\r\nk1,,怎么退货？,我想退货 || 退货流程是什么,\"七天内，\n在订单里申请。\",zh-CN,,public,,,\r\nk2,,员工折扣是多少？,员工价多少,三折。,zh-CN,,internal,,,\r\nk3,,双十一活动规则？,双十一怎么算,已结束。,zh-CN,,public,,,2020-01-01T00:00:00Z\r\nk4,,How do I return it?,return policy,Within 7 days.,en,,public,,,\r\nk5,,门店几点关门？,几点打烊,晚上九点。,,,,,,\r\n");
        Put("export/facts.csv", "subject,relation,object,audience\r\n加湿器,成本,三十元,internal\r\n加湿器,保修期,两年,\r\n");
        Put("test.tsv", "id\ttext\na\t退货流程是什么\nb\t员工价多少\nc\t双十一怎么算\nd\thow do I return it\ne\t几点打烊\n");
        Assert.Equal(0, await Run("export", "test.tsv"));
        var labels = File.ReadAllLines(Path("out.jsonl")).Select(line => JsonDocument.Parse(line).RootElement).ToDictionary(line => line.GetProperty("id").GetString()!, line => line.GetProperty("label").GetString());
        Assert.Equal(("k1", "k4", "k5"), (labels["a"], labels["d"], labels["e"])); // empty cells say what missing columns say
        Assert.Equal("保修期", Assert.Single((await KnowledgeFolder.Read(Path("export"))).Facts).Relation);
        Assert.DoesNotContain(labels.Values, label => label is "k2" or "k3" or "graph");
    }

    [Theory]
    [InlineData("nowhere", "test.tsv", "out", "no folder"), InlineData("empty", "test.tsv", "out", "no knowledge"), InlineData("shop", "nowhere.tsv", "out", "no file"), InlineData("shop", "none.tsv", "out", "no row")]
    [InlineData("shop", "columns.tsv", "out", "text"), InlineData("shop", "broken.jsonl", "out", "cannot be read"), InlineData("shop", "test.tsv", "no/where/out", "cannot be written"), InlineData("columns", "test.tsv", "out", "question")]
    public async Task What_is_wrong_is_said_in_a_line_and_the_exit_code_is_one(string knowledge, string test, string output, string says)
    {
        Directory.CreateDirectory(Path("empty"));
        Put("shop/faqs.zh.tsv", "faq_id\tquestion\tsimilar\tanswer\nq1\t怎么退货？\t\t七天。\n");
        Put("columns/faqs.csv", "a,b\r\n1,2\r\n");
        Put("test.tsv", "id\ttext\na\t退货\n");
        Put("none.tsv", "id\ttext\n");
        Put("columns.tsv", "id\tquestion\na\t退货\n");
        Put("broken.jsonl", "{\"id\":\"a\",\"text\":\"x\"}\nnot json\n");
        Assert.Equal(1, await Run(knowledge, test, output));
        Assert.Contains(says, _error.ToString(), StringComparison.Ordinal);
        Assert.Single(_error.ToString().Trim().Split('\n'));
    }

    private string Path(string name) => System.IO.Path.Combine(_folder, name);

    private void Put(string name, string text)
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(Path(name))!);
        File.WriteAllText(Path(name), text);
    }

    private Task<int> Run(string knowledge, string test, string output = "out.jsonl") => Commands.Run(
        CommandLine.Parse(["eval", "bot", "--knowledge", Path(knowledge), "--test", Path(test), "--out", Path(output)], _ => null),
        new Terminal(new StringReader(""), _out, _error, Locale.En), _ => throw new InvalidOperationException("serves"), CancellationToken.None);
}
