namespace Queqiao.Server.Demo;

/// <summary>Invented people.</summary>
internal static class DemoPeople
{
    public static readonly IReadOnlyList<DemoColleague> Colleagues =
    [
        new("owner@demo.example", "林晓", "owner", "zh-CN"),
        new("admin@demo.example", "周敏", "admin", "zh-CN"),
        new("supervisor@demo.example", "陈思远", "supervisor", "zh-CN"),
        new("agent@demo.example", "王悦", "agent", "zh-CN"),
        new("emily@demo.example", "Emily Carter", "agent", "en"),
        new("viewer@demo.example", "赵明", "viewer", "zh-CN"),
    ];

    private const string Surnames = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹";
    private static readonly string[] Given = ["子涵", "雨桐", "浩然", "欣怡", "梓轩", "思琪", "宇航", "佳怡", "俊杰", "梦瑶", "伟", "静", "磊", "敏", "建国", "秀英", "志强", "丽娟", "晨", "若曦"];
    private static readonly string[] EnglishGiven = ["Olivia", "Noah", "Amelia", "Liam", "Sofia", "Ethan", "Maya", "Lucas", "Hannah", "Oscar"];
    private static readonly string[] EnglishSurnames = ["Bennett", "Okafor", "Larsen", "Moreau", "Silva", "Novak", "Hughes", "Tanaka"];

    public static string Chinese(Random random) => Surnames[random.Next(Surnames.Length)] + Pick(Given, random);

    public static string English(Random random) => $"{Pick(EnglishGiven, random)} {Pick(EnglishSurnames, random)}";

    private static string Pick(string[] from, Random random) => from[random.Next(from.Length)];
}

/// <summary>Somebody who works in the demo shop. The roles are all there, so that each can be tried.</summary>
internal sealed record DemoColleague(string Email, string Name, string Role, string Locale);
