def test_x(desk, add):
    print(add("Ana","rep"))
    print(desk.where)
