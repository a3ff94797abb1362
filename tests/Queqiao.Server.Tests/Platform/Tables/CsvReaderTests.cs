using System.Text;
using Queqiao.Server.Platform.Tables;

namespace Queqiao.Server.Tests.Platform.Tables;

public sealed class CsvReaderTests
{
    private static async Task<List<CsvRecord>> Read(string text, char delimiter = ',')
    {
        var reader = new CsvReader(new StringReader(text), delimiter);
        var records = new List<CsvRecord>();
        while (await reader.Next(default) is { } record)
            records.Add(record);
        return records;
    }

    private static async Task<string> Cells(string text, char delimiter = ',') => string.Join(" / ", (await Read(text, delimiter)).Select(record => string.Join('|', record.Cells)));

    [Theory]
    [InlineData("a,b\r\nc,d", "a|b / c|d"), InlineData("a,b\rc,d\r", "a|b / c|d"), InlineData("a,b\nc,d\n\n", "a|b / c|d")]
    [InlineData("\"a,1\",\"say \"\"hi\"\"\"", "a,1|say \"hi\""), InlineData("\"two\nlines\",x", "two\nlines|x"), InlineData("a,,\n", "a||"), InlineData("", "")]
    [InlineData("a\"b,c", "a\"b|c"), InlineData("\"a\"b,c", "ab|c"), InlineData("\n,,\n \na", "a"), InlineData("sep=,\na,b", "a|b"), InlineData("王芳,\"备注，好\"", "王芳|备注，好")]
    public async Task Records_are_read_as_spreadsheets_write_them(string text, string cells) => Assert.Equal(cells, await Cells(text));

    [Fact]
    public async Task Records_know_their_line_and_number()
    {
        var records = await Read("h\r\n\"a\nb\"\r\n\r\nlast");
        Assert.Equal([(1, 1), (2, 2), (3, 5)], records.Select(record => (record.No, record.Line)));
    }

    [Theory]
    [InlineData("a\n\"b,c\nd", "table_open_quote", 2), InlineData("a\n\"", "table_open_quote", 2)]
    public async Task What_has_no_end_is_named_with_its_line(string text, string code, int line)
    {
        var broken = await Assert.ThrowsAsync<TableException>(() => Read(text));
        Assert.Equal((code, line), (broken.Code, broken.Line));
    }

    [Fact]
    public async Task Nobody_fills_the_memory()
    {
        Assert.Equal("table_long_cell", (await Assert.ThrowsAsync<TableException>(() => Read("\"" + new string('x', CsvReader.MostCell + 1)))).Code);
        Assert.Equal("table_too_many_columns", (await Assert.ThrowsAsync<TableException>(() => Read(new string(',', CsvReader.MostColumns + 1)))).Code);
        // cells that lie across the end of a buffer
        var long1 = new string('a', 16_383);
        Assert.Equal(long1 + "|b\"c / d", await Cells($"{long1},\"b\"\"c\"\r\nd"));
    }

    private const string People = "姓名,电话\n王芳,13800001111\n李雷,13900002222\n";

    [Theory]
    [InlineData("utf-8", false), InlineData("utf-8", true), InlineData("gb18030", false), InlineData("utf-16le", true), InlineData("utf-16be", true), InlineData("utf-16le", false)]
    public async Task Encodings_are_told_apart_and_read(string name, bool marked)
    {
        var encoding = CodePagesEncodingProvider.Instance.GetEncoding(name) ?? Encoding.GetEncoding(name);
        byte[] bytes = [.. marked ? encoding.GetPreamble() : [], .. encoding.GetBytes(name == "utf-16le" && !marked ? "name,phone\nWang,1\n" : People)];
        using var stream = new MemoryStream(bytes);
        var format = await TableFormat.Detect(stream, default);
        Assert.Equal((name, ",", true), (format.Encoding, format.Delimiter, format.HasHeader));
        stream.Position = 0;
        var first = await format.Read(format.Open(stream)).Next(default);
        Assert.Equal(marked || name != "utf-16le" ? "姓名" : "name", first!.Cells[0]);
    }

    [Fact]
    public async Task Chinese_that_begins_late_in_a_file_is_seen()
    {
        var gb = CodePagesEncodingProvider.Instance.GetEncoding("gb18030")!;
        using var stream = new MemoryStream(gb.GetBytes("name,note\n" + string.Concat(Enumerable.Repeat("Ann,plain\n", 10_000)) + "王芳,好\n"));
        Assert.Equal("gb18030", (await TableFormat.Detect(stream, default)).Encoding);
    }

    [Theory]
    [InlineData("a;b;c\n1;2,5;3\n4;5,5;6", ";"), InlineData("a\tb\n1\t2", "\t"), InlineData("a,b\n\"x;y;z\",2", ","), InlineData("sep=|\na|b", "|"), InlineData("name\nAnn", ",")]
    public async Task Delimiters_are_told_apart(string text, string delimiter)
    {
        using var stream = new MemoryStream(Encoding.UTF8.GetBytes(text));
        Assert.Equal(delimiter, (await TableFormat.Detect(stream, default)).Delimiter);
    }

    [Theory]
    [InlineData("'+86 138", "+86 138"), InlineData("'=1+1", "=1+1"), InlineData("'tis", "'tis"), InlineData(" \ufeffa\u00a0", "a"), InlineData("O'Neil", "O'Neil")]
    public void What_was_defused_for_spreadsheets_comes_back(string cell, string clean) => Assert.Equal(clean, Csv.Clean(cell));
}
